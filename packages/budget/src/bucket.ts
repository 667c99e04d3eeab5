import type { Clock } from '@spillway/clock'
import { Headroom, type Filling } from './headroom.ts'

/** How a {@link Bucket} starts. */
export interface BucketStart {
  /** Tokens a second. */
  readonly rate: number
  /** Tokens that fit. */
  readonly burst: number
  /** Tokens in it at the start; a first lease starts with 0. Left out: full. */
  readonly level?: number
}

/** {@link Bucket.take} took nothing, and no waiting would help. */
export const NEVER = Number.POSITIVE_INFINITY

/** Share of the burst by which sums of fractions may be off before a token counts as missing. */
const ROUNDING = 1e-12

/**
 * The tokens of one budget that this process holds. In no interval dt are more than `burst + rate * dt` tokens taken and
 * kept. Refilled when drawn from, by the clock's monotonic time; a clock that stands still or goes back adds nothing.
 */
export class Bucket implements Filling {
  /** Tokens that a {@link draw} leaves behind. A field, as a fraction that is passed from call to call is a box on the heap. */
  kept = 0
  readonly #clock: Clock
  // A field that was undefined first holds a box for every number that is written later.
  #rate = 0
  #burst = 0
  #level = 0
  #refilledMs = 0
  #flowSetMs = Number.NEGATIVE_INFINITY
  #waitMs = 0
  readonly #headroom: Headroom

  /** Throws a RangeError when rate, burst or level is negative or no finite number. */
  constructor(clock: Clock, start: BucketStart) {
    const { rate, burst, level = burst } = start
    checkFlow(rate, burst)
    if (!(level >= 0 && level <= burst)) throw new RangeError(`level must lie between 0 and the burst: ${level}`)
    this.#clock = clock
    this.#rate = rate
    this.#burst = burst
    this.#level = level
    this.#refilledMs = clock.nowMs()
    this.#headroom = new Headroom(this)
  }

  /** Tokens a second. */
  get rate(): number {
    return this.#rate
  }

  /** Tokens that fit. */
  get burst(): number {
    return this.#burst
  }

  /** Up to when the bucket has been refilled, in monotonic time: the moment of a take that has just succeeded. */
  get refilledMs(): number {
    return this.#refilledMs
  }

  /** Tokens that would still fit in as of then; more than the burst while there is a debt. */
  get headroom(): number {
    return this.#burst - this.#level
  }

  /** After a {@link draw} that took nothing: the milliseconds until it could if nobody else drew, or {@link NEVER}. */
  get waitMs(): number {
    return this.#waitMs
  }

  /** Tokens in it now; 0 while there is a debt. */
  level(): number {
    this.#refill()
    return Math.max(0, this.#level)
  }

  /** Tokens that were charged beyond what was there, and must flow in before anything can be taken; 0 for none. */
  debt(): number {
    this.#refill()
    return Math.max(0, -this.#level)
  }

  /**
   * Takes `cost` tokens if `floor` of them would stay behind, or none. Returns 0 when they were taken; else the
   * milliseconds until they could be if nobody else drew, or {@link NEVER}: the cost is above the burst, or nothing flows in.
   * A cost that would not leave the floor in a full bucket is let in by a full one. A cost that is no positive number takes
   * nothing.
   */
  take(cost: number, floor = 0): number {
    this.kept = floor
    return this.draw(cost) ? 0 : this.#waitMs
  }

  /** As {@link take}, with {@link kept} as the floor; true when the tokens were taken. Allocates nothing, whatever the engine inlines. */
  draw(cost: number): boolean {
    if (!(cost > 0)) return true
    if (cost > this.#burst) return this.#isTold(NEVER)
    this.#refill()
    const missing = Math.min(this.#burst, cost + this.kept) - this.#level
    if (missing > this.#burst * ROUNDING) return this.#isTold((missing / this.#rate) * 1_000)
    this.#level -= cost
    this.#headroom.drawn(this, cost)
    return true
  }

  /**
   * Takes `cost` tokens whether they are there or not: for what a call turned out to cost beyond what was taken for it. What is
   * missing becomes a debt, which the refill repays before anything can be taken. A cost that is no positive number takes
   * nothing.
   */
  charge(cost: number): void {
    if (!(cost > 0)) return
    this.#refill()
    this.#level -= cost
  }

  /** Adds tokens from elsewhere; what does not fit is lost. An amount that is no positive number adds nothing. */
  pour(tokens: number): void {
    if (!(tokens > 0)) return
    this.#refill()
    this.#add(tokens)
    this.#headroom.record(this)
  }

  /**
   * Returns tokens of a call that was not carried out, as if they had never been taken: what would have overflowed since
   * `takenMs` (see {@link refilledMs}) is lost, or the bucket would save up more than its burst. Where that is not
   * known exactly, fewer are returned, never more.
   */
  giveBack(cost: number, takenMs: number): void {
    if (!(cost > 0)) return
    // Nothing has flowed in since, so nothing can have overflowed.
    if (takenMs === this.#refilledMs && takenMs > this.#flowSetMs) this.#add(cost)
    else this.#addUpToHeadroom(cost, takenMs)
  }

  /** Changes the flow from now on. A smaller burst truncates the level; a larger one adds nothing. Throws as the constructor. */
  setRate(rate: number, burst: number): void {
    checkFlow(rate, burst)
    this.#refill()
    this.#rate = rate
    this.#burst = burst
    this.#level = Math.min(this.#level, burst)
    this.#flowSetMs = this.#refilledMs
    this.#headroom.record(this)
  }

  #isTold(waitMs: number): false {
    this.#waitMs = waitMs
    return false
  }

  #add(tokens: number): void {
    this.#level = Math.min(this.#burst, this.#level + tokens)
  }

  #addUpToHeadroom(tokens: number, takenMs: number): void {
    this.#refill()
    const returned = Math.min(tokens, this.#headroom.leastSince(takenMs))
    this.#add(returned)
    this.#headroom.lower(returned)
  }

  #refill(): void {
    const nowMs = this.#clock.nowMs()
    const passedMs = nowMs - this.#refilledMs
    if (!(passedMs > 0 && passedMs < Number.POSITIVE_INFINITY)) return
    this.#refilledMs = nowMs
    this.#level = Math.min(this.#burst, this.#level + (this.#rate * passedMs) / 1_000)
    this.#headroom.record(this)
  }
}

function checkFlow(rate: number, burst: number): void {
  if (!(rate >= 0 && Number.isFinite(rate))) throw new RangeError(`rate must be a number from 0 up: ${rate}`)
  if (!(burst >= 0 && Number.isFinite(burst))) throw new RangeError(`burst must be a number from 0 up: ${burst}`)
}
