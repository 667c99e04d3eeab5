import type { Clock } from '@spillway/clock'
import { MOST_KEPT, chanceOf } from './chance-reserve.ts'
import { ClassFloors, MOST_RESERVED } from './class-floors.ts'
import { AskNews } from './ask-news.ts'
import { DemandMeter } from './demand-meter.ts'
import { DemandNews, totalOf } from './demand-news.ts'
import { LeaseHolder, type Acceptance } from './lease-holder.ts'
import type { LeasedBudgetConfig } from './leased-budget-config.ts'
import { LeasedBucket } from './leased-bucket.ts'
import type { LeaseGrant, LeaseReport } from './message.ts'
import { ReportPace } from './report-pace.ts'
import { isCut, type Share } from './share.ts'
import { SOON_PER_SECOND } from './unit-desk.ts'
import type { TermsInForce } from './terms.ts'

/** Demand beyond what is asked for that a holder keeps when it gives up the rest. */
const KEPT_HEADROOM = 1.08

/** A grantor that has not answered for so long is out of reach, in milliseconds; it answers within 50 and the way there and back. */
const SILENT_MS = 250

const NO_ASKS: readonly number[] = []
const ignore = (): void => undefined

/**
 * A sidecar's part in a shared budget: takes units locally, measures demand, says when to report and what, and takes grants
 * in. Holds no socket: somebody else carries reports and grants.
 */
export class LeasedBudget {
  readonly #config: LeasedBudgetConfig
  readonly #holder: LeaseHolder
  readonly #bucket: LeasedBucket
  readonly #floors: ClassFloors
  readonly #meter: DemandMeter
  readonly #news = new DemandNews()
  readonly #pace: ReportPace
  readonly #clock: Clock
  readonly #beganMs: number
  readonly #askNews = new AskNews()
  #owesAck = false
  #hasEnded = false
  /** When the first report was sent that no grant has followed; undefined when the newest was answered. */
  #unansweredMs: number | undefined
  /** Units that calls wait for, by tier; whoever keeps them waiting keeps this up to date. */
  asks: readonly number[] = NO_ASKS
  /** Units that were missed since the last report, by tier. */
  #missed: number[] = []
  #returned = 0
  /** Units that are kept for the most important calls, as of the last poll; see `chanceOf`. */
  #chance = 0
  /** Told after a grant was taken in: there may be units. */
  onGranted: () => void = ignore
  /** Told that a report should not wait for the next poll. */
  onAsked: () => void = ignore
  #wants: readonly number[] = []
  #waitMs = 0

  constructor(config: LeasedBudgetConfig, clock: Clock) {
    this.#config = config
    this.#clock = clock
    this.#beganMs = clock.nowMs()
    this.#holder = new LeaseHolder(config, clock)
    this.#bucket = new LeasedBucket(this.#holder, config.refillDrift, clock)
    this.#floors = new ClassFloors(config.classFloors, clock.nowMs())
    this.#meter = new DemandMeter(config.watermarks.length, clock)
    this.#pace = new ReportPace(config.pace, clock)
  }

  /** What is in force now. */
  get force(): Share {
    return this.#holder.force
  }

  /** The lease ran out: this runs on its slice, or on nothing. */
  get isCutOff(): boolean {
    return this.#holder.isCutOff
  }

  /** The budget is smaller than the fleet: its units are to be asked for. */
  get isInUnits(): boolean {
    return this.#holder.isInUnits
  }

  /** No lease has come since the start: who shares out may not be in office yet. */
  get isStarting(): boolean {
    return this.#holder.isStarting
  }

  /** How long ago this began, in milliseconds. */
  get ageMs(): number {
    return this.#clock.nowMs() - this.#beganMs
  }

  /** Units saved up as of the last take or poll. */
  get level(): number {
    return this.#bucket.level
  }

  /** Units charged beyond what was there, to be repaid before anything is taken, as of the last take or poll; 0 for none. */
  get debt(): number {
    return this.#bucket.debt
  }

  /** Units taken and not given back since the start. */
  get used(): number {
    return this.#bucket.used
  }

  /** Highest epoch of the grantors seen; 0 for none. */
  get epoch(): number {
    return this.#holder.highestEpoch
  }

  /** The terms of the whole budget, as of the newest grant; undefined before the first. */
  get terms(): TermsInForce | undefined {
    return this.#holder.terms
  }

  /** What was asked for by tier as of the last {@link poll}, in units per second. */
  get wants(): readonly number[] {
    return this.#wants
  }

  /** When the last take happened, for {@link settle}. */
  get takenMs(): number {
    return this.#bucket.takenMs
  }

  /** After a {@link take} that failed: the milliseconds until it could succeed if nobody else drew, or Infinity. */
  get waitMs(): number {
    return this.#waitMs
  }

  /**
   * Takes `cost` units for a call of `tier` (0 is most important). Local: no message, no wait, and nothing is allocated. `isNew`: false
   * for a call that has waited, whose demand was counted before.
   */
  take(cost: number, tier: number, isNew = true): boolean {
    if (isNew) this.#meter.add(tier, cost)
    this.#look()
    this.#keepFrom(tier)
    const isTaken = this.#bucket.draw(cost) || this.#claim(cost, tier)
    if (isTaken) this.#floors.drawn(tier, cost)
    return isTaken
  }

  /** Takes a unit for each of `calls` calls that came together, for as many as there are units. Returns how many. */
  takeMany(calls: number, tier: number): number {
    this.#meter.add(tier, calls, calls)
    this.#look()
    this.#keepFrom(tier)
    const taken = this.#bucket.drawMany(calls)
    this.#bucket.keep(0)
    const claimed = this.#bucket.drawMany(Math.min(calls - taken, Math.floor(this.#floors.claimOf(tier))))
    this.#floors.drawn(tier, taken + claimed)
    return taken + claimed
  }

  /** A call of that tier was turned away for want of so many units: they are asked for once, for whoever comes next. */
  miss(cost: number, tier: number): void {
    this.#missed[tier] = Math.max(this.#missed[tier] ?? 0, cost)
  }

  /**
   * The share cannot hold units for such a call, so whole ones are to be asked for; and who answers is there. False for any
   * usual share.
   */
  canAsk(cost: number): boolean {
    if (!this.#holder.isInUnits || this.#holder.isCutOff) return false
    const { rate, burst } = this.#bucket.force
    if (rate > 0 && cost <= burst) return false
    return this.#unansweredMs === undefined || this.#clock.nowMs() - this.#unansweredMs < SILENT_MS
  }

  /** A call that took `reserved` units at `takenMs` turned out to cost `actual`: the rest is refunded, more becomes a debt. */
  settle(reserved: number, actual: number, takenMs: number): void {
    this.#bucket.settle(reserved, actual, takenMs)
  }

  /** The report to send right now, or undefined when none is due. To be asked every 20 to 50 ms. */
  poll(): LeaseReport | undefined {
    if (this.#hasEnded) return undefined
    this.#bucket.sync()
    const wants = this.#meter.rates()
    this.#wants = wants
    const wanted = totalOf(wants)
    const held = this.#bucket.force.rate
    this.#chance = chanceOf(wants[0] ?? 0, held)
    const kept = Math.max(wanted * KEPT_HEADROOM, this.#holder.slice.rate)
    // Where units are asked for, reports that ask for none are only there to keep the lease.
    const isPressed = (this.#holder.isPressed && !this.#hasOnlyUnits) || (this.#holder.isStarting && wanted > 0)
    const hasSurplus = isPressed && kept < held * 0.9
    const isSpent = this.#hasOnlyUnits && (this.#isIdle(wanted) || this.#bucket.force.burst - this.#bucket.level >= 1)
    const asks = this.#holder.isInUnits ? sumOf(this.asks, this.#missed) : NO_ASKS
    const isUnitNews = isSpent || this.#askNews.isNews(asks)
    const isUrgent = isUnitNews || this.#owesAck || hasSurplus || (wanted > 1.05 * held && this.#news.isNews(wants))
    if (!this.#pace.isDue({ isUrgent, isPressed, isIdle: wanted < 1e-3 })) return undefined
    if (hasSurplus) this.#release(kept)
    if (this.#hasOnlyUnits) this.#giveUpSpent(wanted)
    this.#owesAck = false
    this.#news.report(wants)
    this.#askNews.report(asks)
    this.#missed = []
    this.#unansweredMs ??= this.#clock.nowMs()
    return this.#holder.report({
      used: this.#bucket.used,
      wants,
      level: this.#bucket.level,
      asks,
      returned: this.#returned,
    })
  }

  /** Takes a grant in. What it adds counts from now; what it takes away is gone at once. */
  accept(grant: LeaseGrant): Acceptance {
    this.#bucket.sync()
    const before = this.#holder.force
    const acceptance = this.#holder.accept(grant)
    this.#bucket.sync()
    if (acceptance !== 'applied') return acceptance
    this.#bucket.addLump(grant.lump)
    this.#unansweredMs = undefined
    if (grant.isPressed && isCut(before, this.#holder.force)) this.#owesAck = true
    this.onGranted()
    if (grant.lump > 0 && this.#hasOnlyUnits && this.#bucket.level < 1) this.#tellSpent()
    return acceptance
  }

  /**
   * Ends this part: admits nothing from now on. Returns the last report, to be sent once: its grantor may grant all that was held here
   * to others at once, the slice too. If it is lost they wait until that has expired.
   */
  end(): LeaseReport {
    this.#bucket.sync()
    if (this.#hasOnlyUnits) this.#returned += Math.floor(this.#bucket.level)
    this.#hasEnded = true
    this.#holder.end()
    this.#bucket.sync()
    return this.#holder.report({
      used: this.#bucket.used,
      wants: [],
      level: 0,
      asks: NO_ASKS,
      returned: this.#returned,
    })
  }

  /** The connection was lost and is back: nobody knows what arrived, so the full state is due again. */
  reconnected(): void {
    this.#pace.reset()
  }

  /** Brings the bucket and the claims up to now, by both clocks. */
  #look(): void {
    if (this.#bucket.look()) this.#floors.refill(this.#bucket)
  }

  /** What a tier may draw although the bucket is below its watermark. */
  #claim(cost: number, tier: number): boolean {
    // The claims of the others may grow all the while.
    this.#waitMs = this.#bucket.waitMs / (1 - this.#floors.flowKeptFrom(tier))
    if (cost > this.#floors.claimOf(tier)) return false
    this.#bucket.keep(0)
    return this.#bucket.draw(cost)
  }

  /** A call of this tier must leave units for more important ones, and for the floors of all others. */
  #keepFrom(tier: number): void {
    const { rate, burst } = this.#bucket.force
    if (rate === 0 && this.#holder.isInUnits) {
      this.#bucket.keep(0) // the grantor has kept one back
      return
    }
    const watermark = (this.#config.watermarks[tier] ?? 0) * burst
    const kept = tier > 0 ? Math.max(watermark, Math.min(MOST_KEPT * burst, this.#chance)) : watermark
    this.#bucket.keep(kept + Math.min(this.#floors.keptFrom(tier), burst * MOST_RESERVED))
  }

  /** Told at once, once for each lump: until then nobody else can have the unit. */
  #tellSpent(): void {
    this.#pace.reset()
    this.onAsked()
  }

  /** What came is spent once: it does not flow in again. */
  get #hasOnlyUnits(): boolean {
    return this.#bucket.force.rate === 0 && this.#holder.isInUnits
  }

  /** There is a unit that nobody waits for, nor will soon: others may. */
  #isIdle(wanted: number): boolean {
    return this.#bucket.level >= 1 && wanted < SOON_PER_SECOND && totalOf(this.asks) === 0
  }

  /** A unit that is spent may be granted to somebody else as soon as the grantor hears of it. */
  #giveUpSpent(wanted: number): void {
    const kept = this.#isIdle(wanted) ? 0 : this.#bucket.level
    this.#returned += Math.floor(this.#bucket.level - kept)
    this.#holder.release({ rate: 0, burst: kept })
    this.#bucket.sync()
  }

  #release(rate: number): void {
    const { force } = this.#holder
    this.#holder.release({ rate, burst: force.rate > 0 ? (force.burst * rate) / force.rate : 0 })
    this.#bucket.sync()
  }
}

function sumOf(one: readonly number[], other: readonly number[]): number[] {
  return Array.from({ length: Math.max(one.length, other.length) }, (_, tier) => (one[tier] ?? 0) + (other[tier] ?? 0))
}
