import type { Clock } from '@spillway/clock'
import type { Listener } from '@spillway/relay'
import type { Composition } from './composition.ts'

/** How long each part of a drain may take, in milliseconds. */
export interface DrainConfig {
  /** Calls and connections are still taken for so long after health says NOT_SERVING: callers that look it up have time to go. */
  readonly settle: number
  /** Calls in flight may go on for so long. */
  readonly grace: number
}

/** How a drain went. */
export interface DrainReport {
  /** Calls that were still running when the grace was over. */
  readonly cut: number
  readonly tookMs: number
}

/**
 * Hands offices over, settles, turns new calls away, says GOAWAY, waits for those in flight, and gives leases back. Health is the
 * caller's business.
 */
export async function drain(
  { inbound, sides, telemetry, leases }: Pick<Composition, 'inbound' | 'sides' | 'telemetry' | 'leases'>,
  listener: Listener,
  { settle, grace }: DrainConfig,
): Promise<DrainReport> {
  const { clock } = sides.inbound
  const startedMs = clock.nowMs()
  telemetry.emit({ kind: 'drain_started', inFlight: sides.inbound.inFlight, graceMs: grace })
  leases?.retire()
  await pause(settle, clock)
  inbound.drain()
  let cut = 0
  const end = clock.schedule(grace, () => (cut = sides.inbound.inFlight))
  await listener.drain(grace)
  end.cancel()
  // All that could draw is gone: only now may others have what was held here.
  leases?.end()
  await leases?.handedOver()
  const report = { cut, tookMs: clock.nowMs() - startedMs }
  telemetry.emit({ kind: 'drain_ended', ...report })
  return report
}

function pause(durationMs: number, clock: Clock): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  clock.schedule(durationMs, resolve)
  return promise
}
