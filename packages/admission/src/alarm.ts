import type { Clock, Timer } from '@spillway/clock'

/**
 * One timer for many due times: it rings at the earliest that it was asked for, then is silent until asked again. Whoever it
 * rings for may be gone by then, so it may ring in vain, but never late.
 */
export class Alarm {
  readonly #clock: Clock
  readonly #ring: () => void
  #timer: Timer | undefined
  #dueMs = Number.POSITIVE_INFINITY

  /** `ring` is never called synchronously. */
  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock
    this.#ring = (): void => {
      this.#dueMs = Number.POSITIVE_INFINITY
      ring()
    }
  }

  /** Asks it to ring at `dueMs`, monotonic time; at once, in a turn of its own, when that has passed. */
  ringAt(dueMs: number, nowMs: number): void {
    if (dueMs >= this.#dueMs) return
    this.#timer?.cancel()
    this.#dueMs = dueMs
    this.#timer = this.#clock.schedule(dueMs - nowMs, this.#ring)
  }
}
