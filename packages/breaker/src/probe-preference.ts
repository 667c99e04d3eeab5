import type { Call } from '@spillway/call'
import type { BreakerSettings } from './breaker-settings.ts'

/** 0: idempotent, from a caller without suspicion. 1: one of the two is missing. 2: both. */
type Choice = 0 | 1 | 2

/**
 * Which calls a half-open breaker takes as its probes. First choice are calls that may fail without harm (idempotent),
 * and callers other than the one whose probe failed last: a caller that always fails must not hold the door shut for
 * everybody.
 *
 * A second choice is taken when no better call was seen for `probePatienceMs`, or when better ones came but none of them
 * decided anything for `probeLeaseMs`. So a method without any idempotent call recovers as fast as another, and no kind
 * of traffic can keep another out for longer than a lease.
 */
export class ProbePreference {
  /** When a call of each choice was last seen, and when one last decided something. */
  readonly #seenMs: [number, number, number] = [-Infinity, -Infinity, -Infinity]
  readonly #decidedMs: [number, number, number] = [-Infinity, -Infinity, -Infinity]
  #suspect: string | undefined

  /** A call came while the breaker was not closed. */
  saw(call: Call, nowMs: number): void {
    this.#seenMs[this.#choiceOf(call)] = nowMs
  }

  /** The call may be a probe of a half-open period that began at `sinceMs`. */
  allows(call: Call, settings: BreakerSettings, sinceMs: number, nowMs: number): boolean {
    const choice = this.#choiceOf(call)
    if (nowMs - latestBelow(choice, this.#seenMs) >= settings.probePatienceMs) return true
    return nowMs - Math.max(sinceMs, latestBelow(choice, this.#decidedMs)) >= settings.probeLeaseMs
  }

  /** The call, a probe, succeeded. */
  succeeded(call: Call, nowMs: number): void {
    this.#decidedMs[this.#choiceOf(call)] = nowMs
  }

  /** The call, a probe, failed: its caller is the second choice from now on. Who was seen before does not matter then. */
  failed(call: Call): void {
    this.#suspect = call.peer.id
    this.#seenMs.fill(-Infinity)
  }

  /** The breaker is closed: nobody is under suspicion. */
  forget(): void {
    this.#suspect = undefined
  }

  #choiceOf(call: Call): Choice {
    if (call.peer.id === this.#suspect) return call.isIdempotent ? 1 : 2
    return call.isIdempotent ? 0 : 1
  }
}

/** The latest time of any better choice; -Infinity for the best. */
function latestBelow(choice: Choice, timesMs: readonly [number, number, number]): number {
  if (choice === 0) return -Infinity
  return choice === 1 ? timesMs[0] : Math.max(timesMs[0], timesMs[1])
}
