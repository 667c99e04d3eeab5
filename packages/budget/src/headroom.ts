/** Usual length of a window, in milliseconds, and number of windows: a minute, longer than most streams of a language model. */
const WINDOW_MS = 250
const WINDOWS = 256

/** The shortest window, as a fraction of the usual. */
const SHORTEST = 0.4

/** What is watched: passed as it is, since numbers that are passed from call to call are boxes on the heap. */
export interface Filling {
  /** The moment, on a monotonic clock. */
  readonly refilledMs: number
  /** What would still fit in then. */
  readonly headroom: number
}

/**
 * Remembers how close a bucket has come to overflowing: the least headroom (burst minus level) in each of the latest windows
 * of time. Answers err on the small side, and cost no memory per call.
 */
export class Headroom {
  readonly #windowMs: number
  readonly #windows: number
  readonly #startsMs: number[]
  readonly #leasts: number[]
  #newest = 0
  /** The newest window had lasted for a while when something was last recorded. */
  #isOld = false
  /** It is still the moment at which the newest window began, and the level has only fallen since. */
  #isFresh = true
  /** When something was last recorded, and whether that was not the first of its moment. */
  // A field that was undefined first would hold a box for every number that is written later.
  #recordedMs = 0
  #isAgain = false

  /** Starts with what the bucket is now. Shorter windows err less; more of them remember longer. */
  constructor({ refilledMs, headroom }: Filling, windowMs = WINDOW_MS, windows = WINDOWS) {
    this.#windowMs = windowMs
    this.#windows = windows
    this.#startsMs = [refilledMs]
    this.#leasts = [headroom]
    this.#recordedMs = refilledMs
  }

  /** The headroom is so much now: when the level has risen, or the burst shrunk. */
  record(now: Filling): void {
    const ageMs = now.refilledMs - (this.#startsMs[this.#newest] ?? 0)
    this.#isOld = ageMs >= this.#windowMs * SHORTEST
    this.#isFresh = false
    this.#isAgain = now.refilledMs === this.#recordedMs
    this.#recordedMs = now.refilledMs
    // The window that ends has risen to here as well, and the one that begins may know more room soon.
    if (now.headroom < (this.#leasts[this.#newest] ?? 0)) this.#leasts[this.#newest] = now.headroom
    if (ageMs >= this.#windowMs) this.#begin(now)
  }

  /**
   * So many tokens were taken at the time of the last {@link record}. All that is taken at the moment at which a window begins counts
   * as room, whoever took it: nothing flows in within a moment. Where the window knows less room than was taken a new one begins, so
   * that it can be given back; not too often, or little would be remembered. Neither where the level has risen, or the burst shrunk, in
   * this very moment: what was taken in it before that must not be given back as if it had been taken after.
   */
  drawn(now: Filling, cost: number): void {
    if (this.#isAgain) return
    if (this.#isFresh) this.#leasts[this.#newest] = now.headroom
    else if (this.#isOld && (this.#leasts[this.#newest] ?? 0) < cost) this.#begin(now)
  }

  /** The least headroom there has been since `sinceMs`; 0 when that is longer ago than is remembered. */
  leastSince(sinceMs: number): number {
    let least = Number.POSITIVE_INFINITY
    for (let back = 0; back < this.#startsMs.length; back++) {
      const place = (this.#newest - back + this.#windows) % this.#windows
      least = Math.min(least, this.#leasts[place] ?? 0)
      if ((this.#startsMs[place] ?? Number.POSITIVE_INFINITY) <= sinceMs) return least
    }
    return 0
  }

  /** The level turns out to have been higher by so much than it was recorded. */
  lower(by: number): void {
    for (let place = 0; place < this.#leasts.length; place++) {
      this.#leasts[place] = Math.max(0, (this.#leasts[place] ?? 0) - by)
    }
  }

  #begin(now: Filling): void {
    this.#newest = (this.#newest + 1) % this.#windows
    this.#startsMs[this.#newest] = now.refilledMs
    this.#leasts[this.#newest] = now.headroom
    this.#isOld = false
    this.#isFresh = true
  }
}
