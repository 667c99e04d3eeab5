import type { Clock } from '@spillway/clock'

/** Time constant of the average, in milliseconds: half of a step shows after a tenth of a second. */
const SMOOTHING_MS = 150

/**
 * Demand by tier in units per second: an exponentially weighted average of what callers ask for, refused calls included and
 * retries left out, so that a refused share still shows as wanted.
 */
export class DemandMeter {
  readonly #clock: Clock
  readonly #rates: number[]
  readonly #pending: number[]
  #sinceMs: number

  /** Measures `tiers` tiers, all at 0. */
  constructor(tiers: number, clock: Clock) {
    this.#clock = clock
    this.#rates = Array.from({ length: tiers }, () => 0)
    this.#pending = Array.from({ length: tiers }, () => 0)
    this.#sinceMs = clock.nowMs()
  }

  /** Somebody asked for `amount` units. */
  add(tier: number, amount: number): void {
    this.#pending[tier] = (this.#pending[tier] ?? 0) + amount
  }

  /** The averages as of now. */
  rates(): readonly number[] {
    const elapsedMs = this.#clock.nowMs() - this.#sinceMs
    if (elapsedMs <= 0) return [...this.#rates]
    const keep = Math.exp(-elapsedMs / SMOOTHING_MS)
    for (const [tier, pending] of this.#pending.entries()) {
      this.#rates[tier] = (this.#rates[tier] ?? 0) * keep + ((pending * 1_000) / elapsedMs) * (1 - keep)
      this.#pending[tier] = 0
    }
    this.#sinceMs += elapsedMs
    return [...this.#rates]
  }
}
