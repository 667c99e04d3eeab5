import { PROCEED, type Call, type Gate, type Outcome, type Verdict, type Wake } from '@spillway/call'
import type { Clock, Random } from '@spillway/clock'
import { defaultAdmissionConfig, type AdmissionConfig } from './admission-config.ts'
import type { AdmissionSnapshot } from './admission-snapshot.ts'
import type { Limit } from './limit.ts'

/** The doors to the world that an {@link Admission} needs. */
export interface AdmissionDoors {
  readonly clock: Clock
  readonly random: Random
}

/**
 * Who runs now, who waits, who is shed: one for each upstream. A call gets a seat at once, a place in the queue, or a
 * refusal. Seats are given to the best waiter: class strictly, then earliest deadline, then first come.
 */
export class Admission implements Gate {
  readonly name = 'admission'
  #limit: Limit

  constructor(limit: Limit, doors: AdmissionDoors, config: AdmissionConfig = defaultAdmissionConfig) {
    this.#limit = limit
    void doors
    void config
  }

  enter(_call: Call, _wake: Wake): Verdict {
    return PROCEED
  }

  leave(_call: Call, _outcome: Outcome): void {}

  /** Replaces the limit, and gives the seats that this frees to those who wait. Never call it from inside `enter`. */
  setLimit(limit: Limit): void {
    this.#limit = limit
  }

  /** The state now, for the inspector. Costs time in proportion to the queue. */
  snapshot(): AdmissionSnapshot {
    return {
      limit: this.#limit.current(),
      seatsInUse: 0,
      running: 0,
      queued: 0,
      queuedBytes: 0,
      oldestWaitMs: 0,
      classes: [],
    }
  }
}
