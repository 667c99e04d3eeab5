/**
 * Watches the promise of a budget: in every interval, however chosen, at most `burst + rate * dt` units are admitted.
 * One number is enough: the worst excess over the line that starts at any earlier moment (a virtual bucket, as in GCRA).
 */
export class PromiseChecker {
  readonly #rate: number
  readonly #burst: number
  #filled = 0
  #updatedMs = 0
  #worst = 0
  #total = 0

  constructor(rate: number, burst: number) {
    this.#rate = rate
    this.#burst = burst
  }

  /** Largest number of units that any interval admitted beyond `rate * dt`. The promise holds while it is at most the burst. */
  get worstExcess(): number {
    return this.#worst
  }

  /** All units admitted. */
  get total(): number {
    return this.#total
  }

  /** Units were admitted at a true time, in order. False when this broke the promise. */
  admit(nowMs: number, units: number): boolean {
    this.#filled = Math.max(0, this.#filled - (this.#rate * (nowMs - this.#updatedMs)) / 1_000) + units
    this.#updatedMs = nowMs
    this.#total += units
    this.#worst = Math.max(this.#worst, this.#filled)
    return this.#filled <= this.#burst * (1 + 1e-9) + 1e-6
  }
}
