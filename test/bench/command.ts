import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A program and its arguments. */
export interface Command {
  readonly file: string
  readonly args: readonly string[]
}

/** Where distributions put servers that are not on an ordinary user's path. */
const MORE_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/sbin']

/** The full path of an installed program; undefined when there is none of that name. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...MORE_FOLDERS]
  return folders.map((folder) => join(folder, name)).find(isExecutable)
}

/** The command as a person would type it. */
export function formatCommand({ file, args }: Command): string {
  return [file, ...args].map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`)).join(' ')
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
