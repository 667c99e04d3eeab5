/** Calls and faults over a rolling window of slices of time. Rolled by being told the time. */
export class SliceCounts {
  /** Calls of the window. */
  calls = 0
  /** Faults of the window. */
  faults = 0
  readonly #calls: number[]
  readonly #faults: number[]
  #slice = 0

  constructor(slices: number) {
    this.#calls = Array.from({ length: slices }, () => 0)
    this.#faults = Array.from({ length: slices }, () => 0)
  }

  /** Counts one call in that slice of time; slices never go back. */
  count(isFault: boolean, slice: number): void {
    this.rollTo(slice)
    const index = slice % this.#calls.length
    this.calls++
    this.#calls[index] = (this.#calls[index] ?? 0) + 1
    if (!isFault) return
    this.faults++
    this.#faults[index] = (this.#faults[index] ?? 0) + 1
  }

  /** Forgets what is older than the window that ends with that slice. */
  rollTo(slice: number): void {
    if (slice <= this.#slice) return
    const oldest = Math.max(this.#slice + 1, slice - this.#calls.length + 1)
    for (let passing = oldest; passing <= slice; passing++) {
      const index = passing % this.#calls.length
      this.calls -= this.#calls[index] ?? 0
      this.faults -= this.#faults[index] ?? 0
      this.#calls[index] = 0
      this.#faults[index] = 0
    }
    this.#slice = slice
  }
}
