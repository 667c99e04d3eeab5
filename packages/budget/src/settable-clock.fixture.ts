import type { Clock, Timer } from '@spillway/clock'

/** A clock that shows whatever it is set to, as no clock should. For tests of this package. */
export class SettableClock implements Clock {
  #nowMs: number
  #latestReadMs = Number.NEGATIVE_INFINITY

  constructor(nowMs: number) {
    this.#nowMs = nowMs
  }

  set(nowMs: number): void {
    this.#nowMs = nowMs
  }

  /** Forward, or back. */
  moveBy(byMs: number): void {
    this.#nowMs += byMs
  }

  /** The highest time that anybody has read. */
  get latestReadMs(): number {
    return this.#latestReadMs
  }

  nowMs(): number {
    this.#latestReadMs = Math.max(this.#latestReadMs, this.#nowMs)
    return this.#nowMs
  }

  wallMs(): number {
    return 0
  }

  schedule(): Timer {
    throw new Error('has no timers')
  }
}
