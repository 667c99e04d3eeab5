import type { Random } from '@spillway/clock'
import type { Load } from './terms.ts'

/** Callers do not queue up behind a frozen process: arrivals older than this are somebody else's. */
const LONGEST_GAP_MS = 200

/** Calls that arrive whether or not earlier ones were served: Poisson processes, one for each tier. */
export class Arrivals {
  readonly #random: Random
  #load: Load = [0, 0, 0]
  #nextMs: number[]

  constructor(random: Random, nowMs: number) {
    this.#random = random
    this.#nextMs = [nowMs, nowMs, nowMs]
  }

  /** Other rates from now on. */
  set(load: Load): void {
    this.#load = load
    this.#nextMs = this.#nextMs.map(() => Number.NEGATIVE_INFINITY)
  }

  /** Tiers of the calls that have arrived since the last question. */
  due(nowMs: number): number[] {
    const due: number[] = []
    for (const [tier, rate] of this.#load.entries()) {
      let nextMs = this.#nextMs[tier] ?? nowMs
      if (nextMs < nowMs - LONGEST_GAP_MS) nextMs = nowMs + this.#gapMs(rate)
      for (; nextMs <= nowMs; nextMs += this.#gapMs(rate)) due.push(tier)
      this.#nextMs[tier] = nextMs
    }
    return due
  }

  #gapMs(rate: number): number {
    return rate > 0 ? (-Math.log(1 - this.#random.next()) * 1_000) / rate : Number.POSITIVE_INFINITY
  }
}
