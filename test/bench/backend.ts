import { compileC } from './c-program.ts'
import type { Command } from './command.ts'

const SOURCE = new URL('backend.c', import.meta.url)

/** Octets of DATA in each answer: a gRPC prefix and 64 octets. */
export const ANSWER_BYTES = 69

/** Compiles the backend into that folder and returns its command. Throws when there is no C compiler. */
export function buildBackend(folder: string, port: number): Command {
  return { file: compileC(SOURCE, folder), args: [String(port)] }
}
