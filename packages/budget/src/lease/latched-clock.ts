import type { Clock, Timer } from '@spillway/clock'

/**
 * A clock that stands still until it is told to read the real one: who must decide by one moment in several steps reads time
 * once. Timers and the wall clock are the real ones.
 */
export class LatchedClock implements Clock {
  readonly #clock: Clock
  #nowMs = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#nowMs = clock.nowMs()
  }

  nowMs(): number {
    return this.#nowMs
  }

  wallMs(): number {
    return this.#clock.wallMs()
  }

  schedule(delayMs: number, task: () => void): Timer {
    return this.#clock.schedule(delayMs, task)
  }

  /** From now on it is `nowMs`. Never goes back. */
  latch(nowMs: number): void {
    if (nowMs > this.#nowMs) this.#nowMs = nowMs
  }
}
