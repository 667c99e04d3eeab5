import type { Terminal } from './terminal.ts'
import { UserError } from './user-error.ts'

/** Ends the process with the exit code of `work`, once all output is out. Mistakes of users end in lines, bugs in stack traces. */
export async function endWith(work: () => Promise<number>, terminal: Terminal): Promise<void> {
  const exitCode = await exitCodeOf(work, terminal)
  process.stdout.write('', () => process.exit(exitCode))
}

async function exitCodeOf(work: () => Promise<number>, terminal: Terminal): Promise<number> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    terminal.err(`${error.message}\n`)
    return 1
  }
}
