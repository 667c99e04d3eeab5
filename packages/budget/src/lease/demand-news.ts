/** Fraction of the demand that must have changed to be news. */
const NEWS = 0.1

/** Seconds over which a steady demand was averaged: its chance deviation is `sqrt(demand / this)`. */
const AVERAGED_SECONDS = 2

/**
 * Remembers what demand was reported last and says whether it has changed so much, in any tier, that the grantor should know
 * at once. Somebody who is short all the time is not news.
 */
export class DemandNews {
  #reported: readonly number[] = []

  /** Demand is far from what was reported last. */
  isNews(wants: readonly number[]): boolean {
    let changed = 0
    let most = 0
    for (let tier = 0; tier < wants.length; tier++) {
      const want = wants[tier] ?? 0
      const reported = this.#reported[tier] ?? 0
      changed += Math.abs(want - reported)
      most += Math.max(want, reported)
    }
    return changed > NEWS * most && changed > 2 * Math.sqrt(most / AVERAGED_SECONDS)
  }

  /** The grantor is being told. */
  report(wants: readonly number[]): void {
    this.#reported = wants
  }
}

/** Demand of all tiers together. */
export function totalOf(wants: readonly number[]): number {
  let sum = 0
  for (let tier = 0; tier < wants.length; tier++) sum += wants[tier] ?? 0
  return sum
}
