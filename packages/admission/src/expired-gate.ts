import { NEVER_RETRY, PROCEED, type Call, type Gate, type Refusal, type Verdict } from '@spillway/call'
import type { Clock } from '@spillway/clock'

/**
 * Refuses calls whose deadline has passed: nobody waits for their answer any more. Asked again when a wait at a later gate
 * ends. Holds nothing.
 */
export class ExpiredGate implements Gate {
  readonly name = 'expired'
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  enter(call: Call): Verdict {
    return this.recheck(call) ?? PROCEED
  }

  recheck(call: Call): Refusal | undefined {
    const remainingMs = call.deadlineMs - this.#clock.nowMs()
    if (remainingMs > 0) return undefined
    return { kind: 'deadline_infeasible', pushbackMs: NEVER_RETRY, remainingMs }
  }

  leave(): void {
    // It took nothing.
  }
}
