import { PROCEED, type Call, type Gate, type Outcome, type Refusal, type Verdict } from '@spillway/call'
import type { Breakers } from './breakers.ts'

/** The gate in front of sick methods: do not queue for a sick door. */
export class BreakerGate implements Gate {
  readonly name = 'breaker'
  readonly #breakers: Breakers

  constructor(breakers: Breakers) {
    this.#breakers = breakers
  }

  enter(call: Call): Verdict {
    return this.#breakers.enter(call) ?? PROCEED
  }

  leave(call: Call, outcome: Outcome): void {
    this.#breakers.leave(call, outcome)
  }

  recheck(call: Call): Refusal | undefined {
    return this.#breakers.recheck(call)
  }
}
