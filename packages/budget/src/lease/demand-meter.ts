import type { Clock } from '@spillway/clock'

/** Time over which a steady demand is averaged, in milliseconds. */
const STEADY_MS = 2_000

/** How far back a change is looked for, in bins of at least that many milliseconds: 40 ms to 640 ms. */
const BIN_MS = 20
const SPANS = [2, 4, 8, 16, 32]
/** Sums are remembered up to the end of each bin, so that those over the newest bins are differences. */
const REMEMBERED = 33

/** Deviations, as in standard deviations, beyond which a change counts as real. */
const SIGNIFICANT = 5

/** Calls that are expected at least when a change is looked for: from nothing, a few calls are no change yet. */
const LEAST_EXPECTED = 0.5

/**
 * Demand by tier in units per second: what callers ask for, refused calls included and retries left out, so that a refused share
 * still shows as wanted. The mean since demand last changed, over two seconds at most; a change is found as soon as one of
 * several short spans differs by more than the chance of arrivals allows. So a step shows within a few hundredths of a second
 * where calls are many, and noise does not move shares about.
 */
export class DemandMeter {
  readonly #clock: Clock
  readonly #tiers: Tier[]
  /** All tiers together: a change shows here first. */
  readonly #total = new Tier()
  #sinceMs: number

  /** Measures `tiers` tiers, all at 0. */
  constructor(tiers: number, clock: Clock) {
    this.#clock = clock
    this.#tiers = Array.from({ length: tiers }, () => new Tier())
    this.#sinceMs = clock.nowMs()
  }

  /** Callers asked for `amount` units altogether. */
  add(tier: number, amount: number, calls = 1): void {
    this.#tiers[tier]?.add(amount, calls)
    this.#total.add(amount, calls)
  }

  /** The rates as of now. */
  rates(): readonly number[] {
    const elapsedMs = this.#clock.nowMs() - this.#sinceMs
    if (elapsedMs >= BIN_MS * 0.9) {
      const changedBins = this.#total.close(elapsedMs)
      for (const tier of this.#tiers) tier.close(elapsedMs, changedBins)
      this.#sinceMs += elapsedMs
    }
    return this.#tiers.map((tier) => tier.rate)
  }
}

class Tier {
  /** Units per second. */
  rate = 0
  #pending = 0
  #calls = 0
  #unitsPerCall = 1
  #ageMs = BIN_MS
  #bins = 0
  /** A change was found in the middle of a bin: how many more bins may still hold some of what was before, and in what span. */
  #doubtfulBins = 0
  #foundBins = 0
  #totalUnits = 0
  #totalMs = 0
  readonly #unitsUpTo: number[] = Array.from({ length: REMEMBERED }, () => 0)
  readonly #msUpTo: number[] = Array.from({ length: REMEMBERED }, () => 0)

  add(amount: number, calls: number): void {
    this.#pending += amount
    this.#calls += calls
  }

  /**
   * A bin is over. `changedBins` is how many of the newest bins the rate is known to be new for, 0 for none. Returns the number
   * of bins after which it was found to have changed here, or that.
   */
  close(lengthMs: number, changedBins = 0): number {
    if (this.#calls > 0) this.#unitsPerCall += 0.1 * (this.#pending / this.#calls - this.#unitsPerCall)
    this.#bins++
    this.#unitsUpTo[this.#bins % REMEMBERED] = this.#totalUnits += this.#pending
    this.#msUpTo[this.#bins % REMEMBERED] = this.#totalMs += lengthMs
    this.#ageMs = Math.min(STEADY_MS, this.#ageMs + lengthMs)
    this.rate += ((this.#pending * 1_000) / lengthMs - this.rate) * Math.min(1, lengthMs / this.#ageMs)
    this.#pending = 0
    this.#calls = 0
    if (changedBins > 0) return this.#adopt(changedBins)
    const found = this.#findChange()
    if (found > 0) {
      this.#doubtfulBins = 2
      this.#foundBins = found
      return this.#adopt(found)
    }
    return this.#doubtfulBins-- > 0 ? this.#adopt(this.#foundBins) : 0
  }

  /** The smallest span whose units differ from the mean by more than chance explains; 0 for none. */
  #findChange(): number {
    for (const span of SPANS) {
      const lengthMs = this.#msOf(span)
      if (lengthMs >= this.#ageMs) return 0
      if (this.#isChange(this.#unitsOf(span), lengthMs)) return span
    }
    return 0
  }

  /** The mean begins anew with the newest bins. */
  #adopt(bins: number): number {
    const lengthMs = this.#msOf(bins)
    this.rate = lengthMs > 0 ? (this.#unitsOf(bins) * 1_000) / lengthMs : 0
    this.#ageMs = lengthMs
    return bins
  }

  /**
   * The span holds more or fewer calls than chance explains, the doubt about the mean included: the likelihood ratio of a Poisson
   * process (G-test), which sees a rise from few calls long before their standard deviation does.
   */
  #isChange(units: number, lengthMs: number): boolean {
    const calls = units / this.#unitsPerCall
    const expected = Math.max(LEAST_EXPECTED, (this.rate * lengthMs) / 1_000 / this.#unitsPerCall)
    if (Math.abs(calls - expected) <= 1) return false
    const deviance = 2 * ((calls > 0 ? calls * Math.log(calls / expected) : 0) - (calls - expected))
    return deviance > SIGNIFICANT * SIGNIFICANT * (1 + lengthMs / this.#ageMs)
  }

  /** Units of the newest bins. */
  #unitsOf(bins: number): number {
    return this.#totalUnits - (this.#unitsUpTo[(this.#bins - bins + REMEMBERED) % REMEMBERED] ?? 0)
  }

  /** Length of the newest bins. */
  #msOf(bins: number): number {
    return this.#totalMs - (this.#msUpTo[(this.#bins - bins + REMEMBERED) % REMEMBERED] ?? 0)
  }
}
