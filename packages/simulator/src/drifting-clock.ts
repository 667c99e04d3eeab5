import type { Clock, Timer } from '@spillway/clock'

/**
 * The clock of one simulated machine: runs at its own rate against true time, stands still while the machine is suspended, and
 * has a wall clock that can be set.
 */
export class DriftingClock implements Clock {
  readonly #truth: Clock
  readonly #rate: number
  readonly #isWallBlind: boolean
  #suspendedMs = 0
  #wallOffsetMs = 0

  /** `rate` 1.01 runs one percent fast. A wall-blind clock shows monotonic time as wall-clock time. */
  constructor(truth: Clock, rate: number, isWallBlind = false) {
    this.#truth = truth
    this.#rate = rate
    this.#isWallBlind = isWallBlind
  }

  nowMs(): number {
    return (this.#truth.nowMs() - this.#suspendedMs) * this.#rate
  }

  wallMs(): number {
    return this.#isWallBlind ? this.nowMs() : this.#truth.wallMs() * this.#rate + this.#wallOffsetMs
  }

  schedule(delayMs: number, task: () => void): Timer {
    return this.#truth.schedule(delayMs / this.#rate, task)
  }

  /** Somebody sets the wall clock. */
  jumpWall(byMs: number): void {
    this.#wallOffsetMs += byMs
  }

  /** The machine slept for that long of true time, just now: monotonic time did not pass, wall-clock time did. */
  slept(durationMs: number): void {
    this.#suspendedMs += durationMs
  }
}
