import type { Clock } from '@spillway/clock'

/** How a {@link Bucket} starts. */
export interface BucketStart {
  /** Tokens a second. */
  readonly rate: number
  /** Tokens that fit. */
  readonly burst: number
  /** Tokens in it at the start; a first lease starts with 0. Left out: full. */
  readonly level?: number
}

/** Why {@link Bucket.take} took nothing, when no waiting would help. */
export const NEVER = Number.POSITIVE_INFINITY

/**
 * The tokens of one budget that this process holds. Never in any interval dt are more than `burst + rate * dt` tokens
 * taken and kept. Time is the clock's monotonic time and is read when tokens are drawn; there is no timer.
 */
export class Bucket {
  readonly #clock: Clock
  #rate: number
  #burst: number
  #level: number

  constructor(clock: Clock, start: BucketStart) {
    this.#clock = clock
    this.#rate = start.rate
    this.#burst = start.burst
    this.#level = start.level ?? start.burst
  }

  /**
   * Takes `cost` tokens, or none. Returns 0 when they were taken; else the milliseconds until they could be if nobody
   * else drew, {@link NEVER} when `cost` is above the burst or nothing flows in.
   */
  take(_cost: number, _floor = 0): number {
    void this.#clock
    return this.#level
  }

  /**
   * Returns tokens of a call that was not carried out, as if they had never been taken at `takenMs`: what would have
   * overflowed since then is lost.
   */
  giveBack(_cost: number, _takenMs: number): void {}

  /** Changes the flow. A smaller burst truncates the level; a larger one adds nothing. */
  setRate(rate: number, burst: number): void {
    this.#rate = rate
    this.#burst = burst
  }

  get rate(): number {
    return this.#rate
  }

  get burst(): number {
    return this.#burst
  }

  /** Tokens in it now. */
  level(): number {
    return this.#level
  }
}
