import type { Clock } from '@spillway/clock'
import { DemandNews, totalOf } from './demand-news.ts'
import type { LeaseGrantor, Reception } from './lease-grantor.ts'
import type { Acceptance, LeaseHolder } from './lease-holder.ts'
import type { LeaseGrant, LeaseReport } from './message.ts'
import { REGION_PACE, ReportPace } from './report-pace.ts'
import { isCut, isWithin, maxShare, type Share } from './share.ts'
import type { TermsReport } from './terms.ts'

/** Demand beyond what is asked for that a region keeps when it gives up the rest. */
const KEPT_HEADROOM = 1.04

/**
 * A region's middle man for one budget: a holder to the allocator above, a grantor to the sidecars below. No lease that it
 * gives outlives its own, and a cut from above is reported upward only after it was clawed back below (rule S6; to
 * acknowledge it at once is what lets Doorman overshoot).
 */
export class Aggregator {
  readonly #above: LeaseHolder
  readonly #below: LeaseGrantor
  readonly #pace: ReportPace
  readonly #news = new DemandNews()
  #owesAck = false
  #reportedRate = 0

  constructor(above: LeaseHolder, below: LeaseGrantor, clock: Clock) {
    this.#above = above
    this.#below = below
    this.#pace = new ReportPace(REGION_PACE, clock)
  }

  /** What the region has in force. */
  get force(): Share {
    return this.#above.force
  }

  /** Highest epoch of the allocators seen. */
  get highestEpoch(): number {
    return this.#above.highestEpoch
  }

  /** The region's floor has changed in the configuration: a smaller one holds at once, a larger one when it is granted. */
  configure(floor: Share): void {
    this.#above.limitSlice(floor)
  }

  /** Takes a sidecar's report in. */
  receive(report: LeaseReport): Reception {
    return this.#below.receive(report)
  }

  /** Takes the allocator's grant in; {@link allocate} passes it on. */
  accept(grant: LeaseGrant): Acceptance {
    const before = this.#above.force
    const acceptance = this.#above.accept(grant)
    if (acceptance === 'applied' && isCut(before, this.#above.force)) this.#owesAck = true
    return acceptance
  }

  /**
   * Grants for the sidecars, to be sent now; to be asked every 50 ms, and after every grant and urgent report. None of them
   * outlives `deadlineMs`, the end of the aggregator's own office.
   */
  allocate(deadlineMs: number): LeaseGrant[] {
    this.#giveUpSurplus()
    const { capacity } = this.#above
    return this.#below.allocate({ ...capacity, expiresMs: Math.min(capacity.expiresMs, deadlineMs) })
  }

  /**
   * The report upward to send right now, or undefined when none is due. To be asked every 20 to 50 ms. `termsOf` says how the
   * region is configured, given whether all slices in it are known.
   */
  poll(termsOf: (areSlicesKnown: boolean) => TermsReport | undefined): LeaseReport | undefined {
    this.#giveUpSurplus()
    const wants = this.#below.wants()
    const lentOut = this.#below.commit()
    const { force, isPressed } = this.#above
    const isClawedBack = this.#owesAck && isWithin(lentOut, force)
    const hasGivenUp = maxShare(force, lentOut).rate < this.#reportedRate * 0.95
    const isUrgent = isClawedBack || hasGivenUp || (totalOf(wants) > 1.05 * force.rate && this.#news.isNews(wants))
    if (!this.#pace.isDue({ isUrgent, isPressed, isIdle: false })) return undefined
    if (isClawedBack) this.#owesAck = false
    this.#news.report(wants)
    this.#reportedRate = maxShare(force, lentOut).rate
    const terms = termsOf(this.#below.areSlicesKnown)
    return this.#above.report({ used: 0, wants, level: 0, terms }, lentOut, this.#below.slices())
  }

  /** While others are short, what nobody here asks for goes back instead of becoming headroom (rule S9). */
  #giveUpSurplus(): void {
    const { force, isPressed } = this.#above
    if (!isPressed) return
    const needed = maxShare(scale(force, totalOf(this.#below.wants()) * KEPT_HEADROOM), this.#below.commit())
    const kept = maxShare(needed, this.#above.slice)
    if (kept.rate < force.rate * 0.95) this.#above.release(kept)
  }
}

/** The share of that rate, with the burst in the same proportion. */
function scale(share: Share, rate: number): Share {
  return { rate, burst: share.rate > 0 ? (share.burst * rate) / share.rate : 0 }
}
