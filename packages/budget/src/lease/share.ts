/** A part of a budget: how much may flow steadily, and how much may be saved up for a burst. */
export interface Share {
  /** Units per second. */
  readonly rate: number
  /** Units. */
  readonly burst: number
}

/** The share of somebody who has none. */
export const NO_SHARE: Share = { rate: 0, burst: 0 }

/** The sum of two shares. */
export function addShares(one: Share, other: Share): Share {
  return { rate: one.rate + other.rate, burst: one.burst + other.burst }
}

/** The larger of two shares, each part for itself: what must be booked when either may be in force. */
export function maxShare(one: Share, other: Share): Share {
  return { rate: Math.max(one.rate, other.rate), burst: Math.max(one.burst, other.burst) }
}

/** The smaller of two shares, each part for itself. */
export function minShare(one: Share, other: Share): Share {
  return { rate: Math.min(one.rate, other.rate), burst: Math.min(one.burst, other.burst) }
}

/** What is left of `whole` after `part`; never below nothing. */
export function subtractShare(whole: Share, part: Share): Share {
  return { rate: Math.max(0, whole.rate - part.rate), burst: Math.max(0, whole.burst - part.burst) }
}

/** Neither part of `part` exceeds that of `whole`, but for the rounding of sums (one part in 10^9). */
export function isWithin(part: Share, whole: Share): boolean {
  return part.rate <= whole.rate * (1 + 1e-9) + 1e-9 && part.burst <= whole.burst * (1 + 1e-9) + 1e-9
}

/** So much was taken away that others may wait for it: the grantor should know at once. */
export function isCut(before: Share, after: Share): boolean {
  return !isWithin(before, { rate: after.rate * 1.02, burst: after.burst * 1.02 })
}
