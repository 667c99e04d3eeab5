/** Usual length of a window, in milliseconds: longer than any usual wait for a seat. */
const WINDOW_MS = 5_000

/**
 * Remembers how close a bucket has come to overflowing: the least headroom (burst minus level) over this window of time and
 * the one before. Answers err on the small side, and cost no memory per call.
 */
export class Headroom {
  readonly #windowMs: number
  #startMs: number
  #least: number
  #previousStartMs: number
  #previousLeast: number

  /** Starts at `nowMs` with a bucket that has that much headroom. Remembers at least one window of time back. */
  constructor(nowMs: number, headroom: number, windowMs = WINDOW_MS) {
    this.#windowMs = windowMs
    this.#startMs = nowMs
    this.#least = headroom
    this.#previousStartMs = nowMs
    this.#previousLeast = headroom
  }

  /** The headroom is so much now: when the level has risen, or the burst shrunk. */
  record(nowMs: number, headroom: number): void {
    if (nowMs - this.#startMs < this.#windowMs) {
      if (headroom < this.#least) this.#least = headroom
      return
    }
    this.#previousStartMs = this.#startMs
    this.#previousLeast = this.#least
    this.#startMs = nowMs
    this.#least = headroom
  }

  /** The least headroom there has been since `sinceMs`; 0 when that is longer ago than is remembered. */
  leastSince(sinceMs: number): number {
    if (sinceMs >= this.#startMs) return this.#least
    if (sinceMs >= this.#previousStartMs) return Math.min(this.#least, this.#previousLeast)
    return 0
  }

  /** The level turns out to have been higher by so much than it was recorded. */
  lower(by: number): void {
    this.#least = Math.max(0, this.#least - by)
    this.#previousLeast = Math.max(0, this.#previousLeast - by)
  }
}
