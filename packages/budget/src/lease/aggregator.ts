import type { Clock } from '@spillway/clock'
import { AskNews } from './ask-news.ts'
import { DemandNews, totalOf } from './demand-news.ts'
import type { LeaseGrantor, Reception } from './lease-grantor.ts'
import type { Acceptance, LeaseHolder } from './lease-holder.ts'
import type { LeaseGrant, LeaseReport } from './message.ts'
import type { BudgetHandOver } from './region-hand-over.ts'
import { REGION_PACE, ReportPace } from './report-pace.ts'
import { isCut, isWithin, maxShare, type Share } from './share.ts'
import { SOON_PER_SECOND } from './unit-desk.ts'
import type { TermsReport } from './terms.ts'

/** Demand beyond what is asked for that a region keeps when it gives up the rest. */
const KEPT_HEADROOM = 1.04

/** A unit that is not used for so long in a region without much demand is given back, in milliseconds. */
const IDLE_MS = 100

const NO_ASKS: readonly number[] = []

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
  readonly #askNews = new AskNews()
  readonly #clock: Clock
  #owesAck = false
  #isAsked = false
  #returned = 0
  #usedMs = Number.NEGATIVE_INFINITY
  #reportedRate = 0

  constructor(above: LeaseHolder, below: LeaseGrantor, clock: Clock) {
    this.#above = above
    this.#below = below
    this.#pace = new ReportPace(REGION_PACE, clock)
    this.#clock = clock
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

  /** All that is held and lent, for one heir. This one must do nothing any more. */
  handOver(budget: string): BudgetHandOver {
    const { unknownSlices, areSlicesKnown, commitments: holders } = this.#below
    return { budget, above: this.#above.held, unknownSlices, areSlicesKnown, holders }
  }

  /** Takes a sidecar's report in. */
  receive(report: LeaseReport): Reception {
    const reception = this.#below.receive(report)
    if (reception === 'taken' && totalOf(report.asks) > 0) this.#isAsked = true
    return reception
  }

  /** Calls wait for units, or the region has got more or less to share out: {@link allocate} should not wait for its turn. */
  get isAsked(): boolean {
    return this.#isAsked
  }

  /** Takes the allocator's grant in; {@link allocate} passes it on. */
  accept(grant: LeaseGrant): Acceptance {
    const before = this.#above.force
    const acceptance = this.#above.accept(grant)
    if (acceptance !== 'applied') return acceptance
    const { force } = this.#above
    if (grant.lump > 0) this.#pour(grant.lump)
    if (isCut(before, force)) this.#owesAck = true
    // A renewal need not be passed on at once: that takes a look at every holder.
    if (grant.lump > 0 || isCut(before, force) || isCut(force, before)) this.#isAsked = true
    return acceptance
  }

  /**
   * Grants for the sidecars, to be sent now; to be asked every 50 ms, and after every grant and urgent report. None of them
   * outlives `deadlineMs`, the end of the aggregator's own office.
   */
  allocate(deadlineMs: number): LeaseGrant[] {
    this.#isAsked = false
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
    const asks = this.#above.isInUnits ? this.#below.asks() : NO_ASKS
    if (this.#hasOnlyUnits) this.#giveBackIdle(wants, asks)
    const isSpent = this.#hasOnlyUnits && force.burst - this.#unspent >= 1
    const isUnitNews = isSpent || this.#askNews.isNews(asks)
    const isUrgent =
      isUnitNews || isClawedBack || hasGivenUp || (totalOf(wants) > 1.05 * force.rate && this.#news.isNews(wants))
    if (!this.#pace.isDue({ isUrgent, isPressed, isIdle: false })) return undefined
    if (isClawedBack) this.#owesAck = false
    this.#news.report(wants)
    this.#askNews.report(asks)
    if (this.#hasOnlyUnits) this.#above.release({ rate: 0, burst: this.#unspent })
    const level = this.#hasOnlyUnits ? this.#unspent : 0
    this.#reportedRate = maxShare(force, lentOut).rate
    const terms = termsOf(this.#below.areSlicesKnown)
    return this.#above.report(
      { used: 0, wants, level, asks, returned: this.#returned, terms },
      lentOut,
      this.#below.slices(),
    )
  }

  /** Units that the region may have left. */
  get #unspent(): number {
    return this.#below.commit().burst + this.#below.pot.level
  }

  #pour(units: number): void {
    this.#below.pot.pour(units)
    this.#usedMs = this.#clock.nowMs()
  }

  /** Units that nobody in the region has asked for lately go back, so that another region can have them. */
  #giveBackIdle(wants: readonly number[], asks: readonly number[]): void {
    const nowMs = this.#clock.nowMs()
    if (totalOf(asks) > 0 || totalOf(wants) >= SOON_PER_SECOND) this.#usedMs = nowMs
    if (nowMs - this.#usedMs > IDLE_MS) this.#returned += this.#below.pot.take(Math.floor(this.#below.pot.level))
  }

  /** What came from above is spent once: it does not flow in again. */
  get #hasOnlyUnits(): boolean {
    return this.#above.isInUnits && this.#above.force.rate === 0
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
