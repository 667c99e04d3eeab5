import { systemClock } from '@spillway/clock'
import { takesConnections } from '@spillway/sidecar'
import { AppReadiness } from '../app-readiness.ts'
import { ChildApp } from '../child-app.ts'
import type { CommandContext } from '../command-context.ts'
import type { LastingStart } from '../lasting-start.ts'
import { narrate, type LifeEvent } from '../narrator.ts'
import { reloadWhenTold, startSidecar, type StartedSidecar } from '../start-sidecar.ts'
import { StopSignals, signalExitCode, type StopSignal } from '../stop-signals.ts'
import { userError } from '../user-error.ts'

/** On one machine a connection takes less. */
const OCCUPIED_WITHIN_MS = 250

/**
 * `spillway run -- command`: the sidecar first, then the app beside it. Returns the app's exit code. Whatever ends first
 * (the app, a signal, an error) takes the rest with it.
 */
export async function run(command: readonly string[], start: LastingStart, context: CommandContext): Promise<number> {
  const tell = narrate(context.terminal, start.isJson)
  const isTerminal = process.stdin.isTTY
  const signals = new StopSignals(isTerminal)
  const started = await startSidecar(start, context)
  const { sidecar, config } = started
  const reloads = reloadWhenTold(started, start, !isTerminal, context)
  try {
    tell({ event: 'listening', addresses: sidecar.addresses, app: config.inbound.app })
    await refuseOccupied(config.inbound.app)
    const app = await ChildApp.start(command, appEnvironment(context.env, started), config.drain.stop)
    return await superviseUntilEnd(app, started, signals, tell)
  } finally {
    reloads.close()
    signals.close()
    await sidecar.close()
  }
}

/** What answers before the app is there is not the app: its calls would go to whoever was left over from last time. */
async function refuseOccupied(address: string): Promise<void> {
  if (!(await takesConnections(address, OCCUPIED_WITHIN_MS))) return
  const message = `${address} answers already, and the app has not been started`
  throw userError('inbound.app', message, 'stop what listens there, or attach to it with spillway sidecar')
}

/** What the app is told: where its callers come in, where it finds others, where it can be looked at. */
function appEnvironment(env: CommandContext['env'], { sidecar }: StartedSidecar): CommandContext['env'] {
  const { inbound, outbound, inspect } = sidecar.addresses
  return { ...env, SPILLWAY_INBOUND: inbound, SPILLWAY_OUTBOUND: outbound, SPILLWAY_INSPECT: inspect }
}

async function superviseUntilEnd(
  app: ChildApp,
  started: StartedSidecar,
  signals: StopSignals,
  tell: (event: LifeEvent) => void,
): Promise<number> {
  const killApp = (): void => app.killGroup()
  process.once('exit', killApp)
  const readiness = new AppReadiness(started, tell)
  try {
    const ending = await Promise.race([app.exit, signals.first])
    readiness.stop()
    if (typeof ending === 'string') return await stopPolitely(app, started, signals, ending, readiness.hasServed, tell)
    if (readiness.hasServed) {
      tell({ event: 'app_ended', exitCode: ending })
      return ending
    }
    const { app: address } = started.config.inbound
    throw userError('the app', `ended with code ${ending} before it served on ${address}`, 'look at what it says above')
  } finally {
    readiness.stop()
    app.killGroup()
    process.off('exit', killApp)
  }
}

/** Drains inbound first, while app and outbound are up; then the app gets the signal; a second signal cuts all short. */
async function stopPolitely(
  app: ChildApp,
  { sidecar, config }: StartedSidecar,
  signals: StopSignals,
  signal: StopSignal,
  hasServed: boolean,
  tell: (event: LifeEvent) => void,
): Promise<number> {
  const { promise: insistence, resolve } = Promise.withResolvers<number>()
  signals.onInsistence((again) => resolve(signalExitCode(again)))
  const polite = async (): Promise<number> => {
    if (hasServed) {
      tell({ event: 'draining', because: signal })
      const drained = await Promise.race([sidecar.drain(), app.exit])
      if (typeof drained === 'object') tell({ event: 'drained', ...drained })
    }
    return await app.stop(signal, config.drain.stop, systemClock)
  }
  return await Promise.race([polite(), insistence])
}
