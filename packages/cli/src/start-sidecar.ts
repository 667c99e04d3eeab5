import { formatProblem, type Problem } from '@spillway/call'
import { StartError, createSidecar, type ConfigSources, type Sidecar, type SidecarConfig } from '@spillway/sidecar'
import type { CommandContext } from './command-context.ts'
import type { LastingStart } from './lasting-start.ts'
import { readContract } from './read-contract.ts'
import { ReloadTriggers } from './reload-triggers.ts'
import { UserError } from './user-error.ts'

/** A sidecar that listens, and what it was made of. */
export interface StartedSidecar {
  readonly sidecar: Sidecar
  readonly config: SidecarConfig
  /** The settings file that was read; undefined for none. */
  readonly file: string | undefined
}

/** Reads the contract, tells warnings, and starts a sidecar. Throws a UserError with all that is wrong. */
export async function startSidecar(start: LastingStart, { terminal }: CommandContext): Promise<StartedSidecar> {
  const read = readContract(start.settings)
  if ('problems' in read) throw new UserError(read.problems)
  const { settings, contract, warnings } = read.ok
  for (const warning of warnings) terminal.err(`${formatProblem(warning)}\n`)
  const { config } = settings
  const sidecar = createSidecar(config, { contract, log: logTo(config) })
  try {
    await sidecar.start()
  } catch (error) {
    if (error instanceof StartError) throw new UserError([error.problem], error)
    throw error
  }
  return { sidecar, config, file: settings.file }
}

/** Where the decision log goes. */
function logTo({ log }: SidecarConfig): (line: string) => void {
  switch (log.to) {
    case 'stdout':
      return (line) => void process.stdout.write(line)
    case 'stderr':
      return (line) => void process.stderr.write(line)
    default:
      return () => undefined
  }
}

/**
 * Reloads when asked to by {@link ReloadTriggers}; close them when the sidecar ends.
 */
export function reloadWhenTold(
  started: StartedSidecar,
  { sources }: LastingStart,
  listensToHangUp: boolean,
  context: CommandContext,
): ReloadTriggers {
  const { file, config } = started
  const watched = { file, proto: config.proto }
  // By its name from now on: that spillway.yaml is gone, as while an editor saves it, is no wish for defaults.
  const again = { ...sources, file: file ?? sources.file, env: context.env }
  return new ReloadTriggers(watched, listensToHangUp, () => void reloadSidecar(started, again, context))
}

/**
 * Reads settings and contract again and puts them in force. When something is wrong with them, or with us, the old ones stay, and
 * the terminal and the decision log say why.
 */
async function reloadSidecar(
  { sidecar }: StartedSidecar,
  sources: ConfigSources,
  { terminal }: CommandContext,
): Promise<void> {
  const reloaded = await tryReload(sidecar, sources)
  const remarks = 'problems' in reloaded ? reloaded.problems : reloaded.warnings
  for (const remark of remarks) terminal.err(`${formatProblem(remark)}\n`)
  if ('methods' in reloaded) terminal.err(`spillway: reloaded, ${reloaded.methods} methods\n`)
  else {
    sidecar.rejectReload(reloaded.problems)
    terminal.err('spillway: reload refused, the configuration in force stays\n')
  }
}

type Reloaded =
  | { readonly methods: number; readonly warnings: readonly Problem[] }
  | { readonly problems: readonly Problem[] }

/** Never throws: nobody calls but a signal or a file watcher, and the calls under way are not to die of a bug in reading files. */
async function tryReload(sidecar: Sidecar, sources: ConfigSources): Promise<Reloaded> {
  try {
    // What reads settings takes 8 MB: a sidecar that never reads them again does without.
    const { loadPolicies } = await import('./load-policies.ts')
    const loaded = loadPolicies(sources)
    if ('problems' in loaded) return loaded
    const { settings, contract, warnings } = loaded.ok
    const restarts = sidecar.reload(settings.config, contract)
    return { methods: contract.methods.size, warnings: [...warnings, ...restarts] }
  } catch (error) {
    return { problems: [bugProblem(error)] }
  }
}

/** One line for what only we can mend; with the place in the code, which is all that tells one bug from another. */
function bugProblem(error: unknown): Problem {
  const [, place = 'an unknown place'] =
    /^\s+at .*?([^/\\]+:\d+):\d+\)?$/m.exec((error instanceof Error && error.stack) || '') ?? []
  const message = `a bug of spillway itself stopped it (${String(error)}, in ${place})`
  return { severity: 'error', place: 'reload', message, fix: 'report this line, and restart to try the new settings' }
}
