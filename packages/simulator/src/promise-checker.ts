/** The intervals that begin after one moment: the largest burst allowed since, and the worst excess of those that end now. */
interface Line {
  burst: number
  filled: number
}

/**
 * Watches the promise of a budget: in every interval, however chosen, at most `burst + rate * dt` units are admitted.
 * One number is enough: the worst excess over the line that starts at any earlier moment (a virtual bucket, as in GCRA).
 *
 * While the budget changes, an interval may admit the integral of the rate over it and the largest burst that was allowed in it.
 * So a burst that gets smaller begins a line of its own, which knows nothing of what came before.
 */
export class PromiseChecker {
  #rate: number
  #lines: Line[]
  #updatedMs = 0
  #worst = 0
  #total = 0

  constructor(rate: number, burst: number) {
    this.#rate = rate
    this.#lines = [{ burst, filled: 0 }]
  }

  /** Largest number of units that any interval admitted beyond `rate * dt`. The promise holds while it is at most the burst. */
  get worstExcess(): number {
    return this.#worst
  }

  /** All units admitted. */
  get total(): number {
    return this.#total
  }

  /** From now on so much is allowed. */
  allow(nowMs: number, rate: number, burst: number): void {
    this.#drain(nowMs)
    this.#rate = rate
    for (const line of this.#lines) line.burst = Math.max(line.burst, burst)
    // Of lines that allow the same, the oldest is the fullest and says it all.
    this.#lines = this.#lines.filter((line, index, all) => line.burst !== all[index - 1]?.burst)
    if (this.#lines.every((line) => line.burst > burst)) this.#lines.push({ burst, filled: 0 })
  }

  /** Units were admitted at a true time, in order. False when this broke the promise. */
  admit(nowMs: number, units: number): boolean {
    this.#drain(nowMs)
    this.#total += units
    let isKept = true
    for (const line of this.#lines) {
      line.filled += units
      isKept &&= line.filled <= line.burst * (1 + 1e-9) + 1e-6
    }
    this.#worst = Math.max(this.#worst, this.#lines[0]?.filled ?? 0)
    return isKept
  }

  #drain(nowMs: number): void {
    const drained = (this.#rate * (nowMs - this.#updatedMs)) / 1_000
    for (const line of this.#lines) line.filled = Math.max(0, line.filled - drained)
    this.#updatedMs = nowMs
  }
}
