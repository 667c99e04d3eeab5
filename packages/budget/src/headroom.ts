/** Usual length of a window, in milliseconds, and number of windows: a minute, longer than most streams of a language model. */
const WINDOW_MS = 250
const WINDOWS = 256

/** The shortest window, as a fraction of the usual. */
const SHORTEST = 0.4

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

  /** Starts at `nowMs` with a bucket that has that much headroom. Shorter windows err less; more of them remember longer. */
  constructor(nowMs: number, headroom: number, windowMs = WINDOW_MS, windows = WINDOWS) {
    this.#windowMs = windowMs
    this.#windows = windows
    this.#startsMs = [nowMs]
    this.#leasts = [headroom]
  }

  /** The headroom is so much now: when the level has risen, or the burst shrunk. */
  record(nowMs: number, headroom: number): void {
    if (nowMs - (this.#startsMs[this.#newest] ?? 0) < this.#windowMs) {
      if (headroom < (this.#leasts[this.#newest] ?? 0)) this.#leasts[this.#newest] = headroom
      return
    }
    this.#begin(nowMs, headroom)
  }

  /**
   * Tokens were taken, which left so much headroom. Where the window knows of less, from before, a new one begins, so that they
   * can be given back; not too often, or little would be remembered.
   */
  taken(nowMs: number, headroom: number, cost: number): void {
    const isOld = nowMs - (this.#startsMs[this.#newest] ?? 0) >= this.#windowMs * SHORTEST
    if (isOld && (this.#leasts[this.#newest] ?? 0) < cost) this.#begin(nowMs, headroom)
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

  #begin(nowMs: number, headroom: number): void {
    this.#newest = (this.#newest + 1) % this.#windows
    this.#startsMs[this.#newest] = nowMs
    this.#leasts[this.#newest] = headroom
  }
}
