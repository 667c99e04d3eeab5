import type { ConfigSources } from '@spillway/sidecar'
import type { CommandContext } from './command-context.ts'
import { reloadSidecar, type StartedSidecar } from './start-sidecar.ts'

/** SIGHUP reads settings and contract again, as daemons do. Returns how to stop. */
export function reloadOnHangUp(started: StartedSidecar, sources: ConfigSources, context: CommandContext): () => void {
  const reload = (): void => reloadSidecar(started, sources, context)
  process.on('SIGHUP', reload)
  return () => process.off('SIGHUP', reload)
}
