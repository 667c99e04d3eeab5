import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findProgram, type Command } from './command.ts'

const SOURCE = fileURLToPath(new URL('backend.c', import.meta.url))

/** Octets of DATA in each answer: a gRPC prefix and 64 octets. */
export const ANSWER_BYTES = 69

/** Compiles the backend into that folder and returns its command. Throws when there is no C compiler. */
export function buildBackend(folder: string, port: number): Command {
  const compiler = ['cc', 'gcc', 'clang'].map(findProgram).find((path) => path !== undefined)
  if (compiler === undefined) throw new Error('no C compiler was found for the backend (Debian: gcc)')
  const file = join(folder, 'backend')
  const { status, stderr } = spawnSync(compiler, ['-O2', '-o', file, SOURCE], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`the backend did not compile: ${stderr}`)
  return { file, args: [String(port)] }
}
