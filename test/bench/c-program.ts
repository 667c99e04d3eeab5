import { spawnSync } from 'node:child_process'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findProgram } from './command.ts'

/** Compiles a program of this folder, one file of C, into `folder`, and returns its path. Throws when there is no C compiler. */
export function compileC(source: URL, folder: string): string {
  const compiler = ['cc', 'gcc', 'clang'].map(findProgram).find((path) => path !== undefined)
  if (compiler === undefined) throw new Error('no C compiler was found (Debian: gcc)')
  const path = fileURLToPath(source)
  const file = join(folder, basename(path, '.c'))
  const { status, stderr } = spawnSync(compiler, ['-O2', '-o', file, path, '-lm'], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${basename(path)} did not compile: ${stderr}`)
  return file
}
