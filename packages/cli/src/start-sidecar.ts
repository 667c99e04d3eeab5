import { formatProblem } from '@spillway/call'
import {
  StartError,
  createSidecar,
  loadConfig,
  type ConfigSources,
  type Sidecar,
  type SidecarConfig,
} from '@spillway/sidecar'
import type { CommandContext } from './command-context.ts'
import { loadPolicies } from './load-policies.ts'
import { ReloadTriggers } from './reload-triggers.ts'
import { UserError } from './user-error.ts'

/** A sidecar that listens, and what it was made of. */
export interface StartedSidecar {
  readonly sidecar: Sidecar
  readonly config: SidecarConfig
  /** The settings file that was read; undefined for none. */
  readonly file: string | undefined
}

/** Reads settings and contract, tells warnings, and starts a sidecar. Throws a UserError with all that is wrong. */
export async function startSidecar(sources: ConfigSources, { terminal }: CommandContext): Promise<StartedSidecar> {
  const loaded = loadPolicies(sources)
  if ('problems' in loaded) throw new UserError(loaded.problems)
  const { settings, contract, warnings } = loaded.ok
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
  sources: ConfigSources,
  listensToHangUp: boolean,
  context: CommandContext,
): ReloadTriggers {
  const { file, config } = started
  const watched = { file, proto: config.proto }
  return new ReloadTriggers(watched, listensToHangUp, () => reloadSidecar(started, sources, context))
}

/**
 * Reads settings and contract again and puts them in force. When something is wrong with them the old ones stay, and the
 * terminal and the decision log say why.
 */
function reloadSidecar({ sidecar }: StartedSidecar, sources: ConfigSources, { terminal }: CommandContext): void {
  const loaded = loadPolicies(sources)
  if ('problems' in loaded) {
    sidecar.rejectReload(loaded.problems)
    for (const problem of loaded.problems) terminal.err(`${formatProblem(problem)}\n`)
    terminal.err('spillway: reload refused, the configuration in force stays\n')
    return
  }
  const { settings, contract, warnings } = loaded.ok
  const restarts = sidecar.reload(settings.config, contract)
  for (const warning of [...warnings, ...restarts]) terminal.err(`${formatProblem(warning)}\n`)
  terminal.err(`spillway: reloaded, ${contract.methods.size} methods\n`)
}

/** Settings alone, for commands that only need to know where the inspector is. Throws a UserError. */
export function readConfig(sources: ConfigSources): SidecarConfig {
  const loaded = loadConfig(sources)
  if ('problems' in loaded) throw new UserError(loaded.problems)
  return loaded.ok.config
}
