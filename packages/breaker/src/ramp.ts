/** Shares of the calls that the steps of a ramp admit; after the last one everybody is in. */
const STEPS = [0.25, 0.5, 0.75]

/**
 * The way back from half-open to closed: a quarter of the calls, a half, three quarters, each for a third of the time.
 * Spread evenly and without randomness: what an admitted call does not use of its share is carried to the next
 * (Bresenham's error accumulation), and the first call is always admitted, so a method with few calls is not shut out.
 */
export class Ramp {
  readonly #sinceMs: number
  readonly #stepMs: number
  #credit = 1

  constructor(lengthMs: number, nowMs: number) {
    this.#sinceMs = nowMs
    this.#stepMs = lengthMs / STEPS.length
  }

  /** Every call is to be admitted: the ramp is over. */
  isOver(nowMs: number): boolean {
    return nowMs - this.#sinceMs >= this.#stepMs * STEPS.length
  }

  /** One more call asks to be let in. */
  admits(nowMs: number): boolean {
    const isIn = this.#credit >= 1
    this.#credit += (STEPS[this.#step(nowMs)] ?? 1) - (isIn ? 1 : 0)
    return isIn
  }

  /** Milliseconds until the share grows. */
  nextStepMs(nowMs: number): number {
    return Math.max(0, this.#sinceMs + (this.#step(nowMs) + 1) * this.#stepMs - nowMs)
  }

  #step(nowMs: number): number {
    return Math.min(STEPS.length, Math.floor((nowMs - this.#sinceMs) / this.#stepMs))
  }
}
