/** Windows of time that are told apart. */
const WINDOWS = 8
/** Remembered when nobody says how long, in milliseconds: longer than any usual wait for a seat. */
const REMEMBER_MS = 7_000

/**
 * Remembers how close a bucket has come to overflowing: the least headroom (burst minus level) in each of the last windows of
 * time. Answers err on the small side, by what happened earlier in the same window, and cost no memory per call.
 */
export class Headroom {
  readonly #windowMs: number
  readonly #startMs: number
  readonly #least = new Float64Array(WINDOWS).fill(Number.POSITIVE_INFINITY)
  #window: number

  /** Starts at `nowMs` with a bucket that has that much headroom. Remembers at least `rememberMs` back. */
  constructor(nowMs: number, headroom: number, rememberMs = REMEMBER_MS) {
    this.#windowMs = rememberMs / (WINDOWS - 1)
    this.#startMs = nowMs
    this.#window = this.#windowOf(nowMs)
    this.#least[slotOf(this.#window)] = headroom
  }

  /** The headroom is so much now: when the level has risen, or the burst shrunk. Time must not go back. */
  record(nowMs: number, headroom: number): void {
    const window = this.#windowOf(nowMs)
    if (window !== this.#window) this.#moveTo(window)
    const slot = slotOf(window)
    if (headroom < (this.#least[slot] ?? 0)) this.#least[slot] = headroom
  }

  /** The least headroom there has been since `sinceMs`; 0 when that is longer ago than is remembered. */
  leastSince(sinceMs: number): number {
    const first = this.#windowOf(sinceMs)
    if (sinceMs < this.#startMs || first <= this.#window - WINDOWS) return 0
    let least = Number.POSITIVE_INFINITY
    for (let window = first; window <= this.#window; window++) {
      least = Math.min(least, this.#least[slotOf(window)] ?? 0)
    }
    return least
  }

  /** The level turns out to have been higher by so much than it was recorded. */
  lower(by: number): void {
    for (const [slot, least] of this.#least.entries()) this.#least[slot] = Math.max(0, least - by)
  }

  /** Nothing was recorded in the windows between: the level rose all the while, so the record to come is their least. */
  #moveTo(window: number): void {
    const first = Math.max(this.#window + 1, window - WINDOWS + 1)
    for (let empty = first; empty <= window; empty++) this.#least[slotOf(empty)] = Number.POSITIVE_INFINITY
    this.#window = window
  }

  #windowOf(timeMs: number): number {
    return Math.floor(timeMs / this.#windowMs)
  }
}

function slotOf(window: number): number {
  return ((window % WINDOWS) + WINDOWS) % WINDOWS
}
