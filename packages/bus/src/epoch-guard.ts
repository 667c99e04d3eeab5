/** Larger than any number of elections and renewals between two looks: more than three centuries of them. */
const LONGEST_LEAP = 2 ** 32

/**
 * Refuses epochs that cannot be. Whoever hears of a higher epoch must exceed it (rule S4), so a single forged one close to the
 * largest integer would otherwise end all elections for good.
 */
export class EpochGuard {
  #highest = 0

  /** Whether an epoch is one that somebody may have reached by now. Remembers it if so. */
  admits(epoch: number): boolean {
    if (!Number.isSafeInteger(epoch) || epoch < 0 || epoch > this.#highest + LONGEST_LEAP) return false
    this.#highest = Math.max(this.#highest, epoch)
    return true
  }
}
