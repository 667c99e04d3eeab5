import { systemClock } from '@spillway/clock'
import { probeApp, type SidecarConfig } from '@spillway/sidecar'
import { AppReadiness } from '../app-readiness.ts'
import type { CommandContext } from '../command-context.ts'
import type { LastingStart } from '../lasting-start.ts'
import { narrate, type LifeEvent } from '../narrator.ts'
import { pause } from '../pause.ts'
import { reloadWhenTold, startSidecar, type StartedSidecar } from '../start-sidecar.ts'
import { StopSignals, signalExitCode } from '../stop-signals.ts'

const PROBE_EVERY_MS = 200

/** `spillway sidecar`: the same as `run` without a child, for containers. Returns 0 after a drain that was asked for. */
export async function sidecar(start: LastingStart, context: CommandContext): Promise<number> {
  const tell = narrate(context.terminal, start.isJson)
  const signals = new StopSignals(false)
  const started = await startSidecar(start, context)
  const reloads = reloadWhenTold(started, start, true, context)
  const readiness = new AppReadiness(started, tell)
  try {
    tell({ event: 'listening', addresses: started.sidecar.addresses, app: started.config.inbound.app })
    const signal = await signals.first
    readiness.stop()
    tell({ event: 'draining', because: signal })
    const { promise: insistence, resolve } = Promise.withResolvers<number>()
    signals.onInsistence((again) => resolve(signalExitCode(again)))
    return await Promise.race([drainAndWait(started, tell), insistence])
  } finally {
    readiness.stop()
    reloads.close()
    signals.close()
    await started.sidecar.close()
  }
}

/** Outbound stays up until the app is gone, for `drain.stop` at most: it may need others to wind up its own work. */
async function drainAndWait({ sidecar, config }: StartedSidecar, tell: (event: LifeEvent) => void): Promise<number> {
  tell({ event: 'drained', ...(await sidecar.drain()) })
  const untilMs = systemClock.nowMs() + config.drain.stop
  while (hasUpstreams(sidecar.config) && systemClock.nowMs() < untilMs) {
    if ((await probeApp(config.inbound.app, PROBE_EVERY_MS)) === 'unreachable') break
    await pause(PROBE_EVERY_MS)
  }
  return 0
}

function hasUpstreams({ outbound }: SidecarConfig): boolean {
  return Object.keys(outbound.upstreams).length > 0
}
