/** Most of the burst that is kept for the most important calls, however many of them come. */
export const MOST_KEPT = 0.8

/** So many times its variance over its drift a walk falls below its top one time in a hundred: `ln(100) / 2`. */
const RARELY = 2.3

/**
 * What must be there lest a call that comes at random, one of `wanted` a second of one unit each, finds none, but for one time in a
 * hundred: the level of a bucket that `rate` refills is a walk with drift `rate - wanted` and variance `wanted` below its top. All
 * there is where they want it all; nothing where none come.
 */
export function chanceOf(wanted: number, rate: number): number {
  if (wanted < 1e-3) return 0
  return wanted < rate ? 1 + (RARELY * wanted) / (rate - wanted) : Number.POSITIVE_INFINITY
}
