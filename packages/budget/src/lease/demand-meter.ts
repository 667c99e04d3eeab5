import type { Clock } from '@spillway/clock'

/** Time constants of the two averages, in milliseconds. */
const FAST_MS = 150
const SLOW_MS = 2_000

/** Deviations, in standard deviations of a Poisson process, beyond which a change counts as real. */
const SIGNIFICANT = 3

/**
 * Demand by tier in units per second: what callers ask for, refused calls included and retries left out, so that a refused share
 * still shows as wanted. A slow average, which a fast one replaces as soon as the difference cannot be the chance of arrivals:
 * a step shows within a few tenths of a second, and noise does not move shares about.
 */
export class DemandMeter {
  readonly #clock: Clock
  readonly #tiers: Tier[]
  #sinceMs: number

  /** Measures `tiers` tiers, all at 0. */
  constructor(tiers: number, clock: Clock) {
    this.#clock = clock
    this.#tiers = Array.from({ length: tiers }, () => ({ pending: 0, calls: 0, fast: 0, slow: 0, costPerCall: 1 }))
    this.#sinceMs = clock.nowMs()
  }

  /** Callers asked for `amount` units altogether. */
  add(tier: number, amount: number, calls = 1): void {
    const state = this.#tiers[tier]
    if (!state) return
    state.pending += amount
    state.calls += calls
  }

  /** The averages as of now. */
  rates(): readonly number[] {
    const elapsedMs = this.#clock.nowMs() - this.#sinceMs
    if (elapsedMs > 0) {
      for (const tier of this.#tiers) update(tier, elapsedMs)
      this.#sinceMs += elapsedMs
    }
    return this.#tiers.map((tier) => tier.slow)
  }
}

interface Tier {
  pending: number
  calls: number
  fast: number
  slow: number
  costPerCall: number
}

function update(tier: Tier, elapsedMs: number): void {
  const rate = (tier.pending * 1_000) / elapsedMs
  if (tier.calls > 0) tier.costPerCall += 0.1 * (tier.pending / tier.calls - tier.costPerCall)
  tier.fast = blend(tier.fast, rate, elapsedMs / FAST_MS)
  tier.slow = blend(tier.slow, rate, elapsedMs / SLOW_MS)
  tier.pending = 0
  tier.calls = 0
  const deviation = Math.sqrt((Math.max(tier.slow, tier.fast) * tier.costPerCall * 1_000) / (2 * FAST_MS))
  if (Math.abs(tier.fast - tier.slow) > SIGNIFICANT * deviation) tier.slow = tier.fast
}

function blend(average: number, value: number, weight: number): number {
  const keep = Math.exp(-weight)
  return average * keep + value * (1 - keep)
}
