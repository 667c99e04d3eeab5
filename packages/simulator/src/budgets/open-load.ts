import type { Random } from '@spillway/clock'
import type { PromiseChecker } from '../promise-checker.ts'

/** Units per second that one sidecar is asked for, by tier, at a true time. */
export type Demand = (region: number, sidecar: number, nowMs: number) => readonly number[]

/** Admits up to `calls` calls of one unit each; returns how many. */
export type Taker = (calls: number, tier: number) => number

/** What callers asked for and got, added up since it was last read. */
export class Tally {
  readonly offeredByTier: number[] = [0, 0, 0, 0]
  readonly admittedByTier: number[] = [0, 0, 0, 0]
  readonly admittedByRegion: number[] = []
  /** Calls that had to wait before they were decided, and for how long altogether, in milliseconds. */
  readonly waited = { admitted: 0, refused: 0, totalMs: 0 }

  /** Calls of one tier came to a region; so many got in. */
  count(region: number, tier: number, offered: number, admitted: number): void {
    this.offeredByTier[tier] = (this.offeredByTier[tier] ?? 0) + offered
    this.admit(region, tier, admitted)
  }

  /** Calls that were counted as offered before got in. */
  admit(region: number, tier: number, admitted: number): void {
    this.admittedByTier[tier] = (this.admittedByTier[tier] ?? 0) + admitted
    this.admittedByRegion[region] = (this.admittedByRegion[region] ?? 0) + admitted
  }
}

/**
 * Callers in open loop: they arrive at random (Poisson) at the rate demanded, whatever became of those before them. The calls of
 * one tier and step come together. The same seed gives the same arrivals to every fleet.
 */
export class OpenLoad {
  readonly #demand: Demand
  readonly #random: Random
  readonly tally = new Tally()

  constructor(demand: Demand, random: Random) {
    this.#demand = demand
    this.#random = random
  }

  /** Lets the callers of one sidecar in, for a step. False when this broke the promise. */
  serve(region: number, sidecar: number, nowMs: number, stepMs: number, take: Taker, checker: PromiseChecker): boolean {
    const wants = this.#demand(region, sidecar, nowMs)
    let admitted = 0
    for (let tier = 0; tier < wants.length; tier++) {
      const calls = poisson(((wants[tier] ?? 0) * stepMs) / 1_000, this.#random)
      if (calls === 0) continue
      const taken = take(calls, tier)
      this.tally.count(region, tier, calls, taken)
      admitted += taken
    }
    return admitted === 0 || checker.admit(nowMs, admitted)
  }
}

/** Knuth's method for small means, the normal approximation for large ones. */
function poisson(mean: number, random: Random): number {
  if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)))
  const limit = Math.exp(-mean)
  let count = 0
  for (let product = random.next(); product > limit; product *= random.next()) count++
  return count
}

/** Box and Muller's method. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
}
