import type { LeaseGrantor } from './lease-grantor.ts'
import type { LeaseHolder } from './lease-holder.ts'
import type { LeaseGrant, LeaseReport } from './message.ts'

/**
 * A region's middle man for one budget: a holder to the allocator above, a grantor to the sidecars below. No lease that it
 * gives outlives its own, and a cut from above is reported upward only after it was clawed back below (rule S6; to
 * acknowledge it at once is what lets Doorman overshoot).
 */
export class Aggregator {
  readonly above: LeaseHolder
  readonly below: LeaseGrantor
  #used = 0

  constructor(above: LeaseHolder, below: LeaseGrantor) {
    this.above = above
    this.below = below
  }

  /** The next report upward; to be sent right now. Gives up first what the sidecars do not need when others do. */
  report(): LeaseReport {
    const wants = this.below.wants()
    const lentOut = this.below.commit()
    return this.above.report({ used: this.#used, wants, level: 0 }, lentOut)
  }

  /** Grants for the sidecars, to be sent now; at least every 50 ms. */
  allocate(): LeaseGrant[] {
    return this.below.allocate(this.above.capacity)
  }
}
