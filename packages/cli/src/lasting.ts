import type { CommandContext } from './command-context.ts'
import { run } from './commands/run.ts'
import { sidecar } from './commands/sidecar.ts'
import type { LastingStart } from './lasting-start.ts'
import { keepProgramPagesFew } from './program-pages.ts'

/** Does what a command that stays was told. Returns its exit code. */
export async function carryOut(start: LastingStart, context: CommandContext): Promise<number> {
  const stopReleasing = keepProgramPagesFew()
  try {
    const { appCommand } = start
    return appCommand === undefined ? await sidecar(start, context) : await run(appCommand, start, context)
  } finally {
    stopReleasing()
  }
}
