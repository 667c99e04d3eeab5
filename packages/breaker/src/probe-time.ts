import { NEVER_RETRY } from '@spillway/call'
import type { BreakerState } from './breaker-state.ts'

/** What a caller is told to wait while the probes of others are under way: they usually end before their leases do. */
const PROBING_PUSHBACK_MS = 1_000

/** Milliseconds until a call may pass; 0 when one may now; undefined when only an operator knows. */
export function untilProbeMs(state: BreakerState, nowMs: number): number | undefined {
  if (state.kind === 'halfOpen') return state.permits.freeInMs(nowMs)
  if (state.kind !== 'open') return 0
  return state.untilMs === Infinity ? undefined : Math.max(0, state.untilMs - nowMs)
}

/** The pushback of a refusal in that state, in whole milliseconds; NEVER_RETRY when it was opened by hand. */
export function pushbackOf(state: BreakerState, nowMs: number): number {
  if (state.kind === 'ramping') return Math.ceil(state.ramp.nextStepMs(nowMs))
  if (state.kind === 'halfOpen') return PROBING_PUSHBACK_MS
  const waitMs = untilProbeMs(state, nowMs)
  return waitMs === undefined ? NEVER_RETRY : Math.ceil(waitMs)
}
