import type { Clock, Timer } from './clock.ts'
import { systemClock } from './system-clock.ts'
import { atTurnEnd } from './turn-end.ts'

/**
 * A clock that stands still within one turn of the event loop, as the loop's own time does: the first question of a turn
 * reads `clock`, the others get the same answer. A call asks a dozen times, and where the system's clock is slow that is a
 * noticeable part of what it costs.
 *
 * What that means: everything that one turn brought in happened at the same time. Durations are late or short by a turn at
 * most (some milliseconds under full load, microseconds else), and so is the moment at which a deadline counts as passed.
 */
export class TurnClock implements Clock {
  readonly #clock: Clock
  #nowMs = 0
  #isRead = false

  constructor(clock: Clock = systemClock) {
    this.#clock = clock
  }

  nowMs(): number {
    if (!this.#isRead) this.#read()
    return this.#nowMs
  }

  wallMs(): number {
    return this.#clock.wallMs()
  }

  schedule(delayMs: number, task: () => void): Timer {
    return this.#clock.schedule(delayMs, task)
  }

  #read(): void {
    this.#isRead = true
    this.#nowMs = this.#clock.nowMs()
    atTurnEnd(this.#turnEnds)
  }

  readonly #turnEnds = (): void => {
    this.#isRead = false
  }
}
