import { loadConfig } from '@spillway/sidecar/config'
import type { CommandContext } from './command-context.ts'
import type { LastingStart } from './lasting-start.ts'
import { replaceProcess } from './replace-process.ts'
import { UserError } from './user-error.ts'

/**
 * Begins a command that stays: reads its settings, and leaves the rest to a process that need not remember how, where there can
 * be one. Throws a UserError with all that is wrong.
 */
export async function beginLasting(wish: Omit<LastingStart, 'settings'>, context: CommandContext): Promise<number> {
  const sources = { ...wish.sources, env: context.env }
  const read = loadConfig(sources)
  if ('problems' in read) {
    // What is wrong with the contract is told as well: nobody wants to start twice to see both.
    const { loadPolicies } = await import('./load-policies.ts')
    const all = loadPolicies(sources)
    throw new UserError('problems' in all ? all.problems : read.problems)
  }
  const start = { ...wish, settings: read.ok }
  replaceProcess(start, { ...context.env })
  const { carryOut } = await import('./lasting.ts')
  return await carryOut(start, context)
}
