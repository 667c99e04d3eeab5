const BUCKETS = 10

/**
 * Calls and granted claims of one peer over a sliding window of ten buckets. Between nine and ten tenths of the window
 * are remembered.
 */
export class SlidingCounts {
  readonly #calls = new Uint32Array(BUCKETS)
  readonly #claims = new Uint32Array(BUCKETS)
  #bucket: number
  #callsTotal = 0
  #claimsTotal = 0

  /** `bucket` is the number of the bucket now: time divided by a tenth of the window, rounded down. */
  constructor(bucket: number) {
    this.#bucket = bucket
  }

  /** The tenths of a window. */
  static bucketAt(nowMs: number, windowMs: number): number {
    return Math.floor((nowMs / windowMs) * BUCKETS)
  }

  get calls(): number {
    return this.#callsTotal
  }

  get claims(): number {
    return this.#claimsTotal
  }

  /** Nothing that is remembered is younger than a window. */
  isIdle(bucket: number): boolean {
    return bucket - this.#bucket >= BUCKETS
  }

  /** Forgets what has left the window. A bucket that lies in the past is taken for the present one. */
  advance(bucket: number): void {
    const steps = Math.min(BUCKETS, bucket - this.#bucket)
    for (let step = 1; step <= steps; step++) this.#clear((this.#bucket + step) % BUCKETS)
    if (steps > 0) this.#bucket = bucket
  }

  addCall(): void {
    const slot = this.#bucket % BUCKETS
    this.#calls[slot] = (this.#calls[slot] ?? 0) + 1
    this.#callsTotal++
  }

  addClaim(): void {
    const slot = this.#bucket % BUCKETS
    this.#claims[slot] = (this.#claims[slot] ?? 0) + 1
    this.#claimsTotal++
  }

  #clear(slot: number): void {
    this.#callsTotal -= this.#calls[slot] ?? 0
    this.#claimsTotal -= this.#claims[slot] ?? 0
    this.#calls[slot] = 0
    this.#claims[slot] = 0
  }
}
