import type { Clock, Timer } from './clock.ts'

interface Pending {
  readonly dueMs: number
  readonly order: number
  readonly task: () => void
}

/**
 * A clock that moves only when told to, for tests and simulation.
 * Tasks run in order of their due time, and in order of scheduling when due together.
 */
export class ManualClock implements Clock {
  #nowMs: number
  #wallOffsetMs: number
  #scheduled = 0
  readonly #pending: Pending[] = []

  /** Starts at monotonic time 0 and the given wall-clock time. */
  constructor(wallMs = 0) {
    this.#nowMs = 0
    this.#wallOffsetMs = wallMs
  }

  nowMs(): number {
    return this.#nowMs
  }

  wallMs(): number {
    return this.#nowMs + this.#wallOffsetMs
  }

  schedule(delayMs: number, task: () => void): Timer {
    const entry = { dueMs: this.#nowMs + Math.max(0, delayMs), order: this.#scheduled++, task }
    this.#insert(entry)
    return { cancel: () => this.#remove(entry) }
  }

  /** Tasks scheduled and not yet run or cancelled. */
  get pendingTasks(): number {
    return this.#pending.length
  }

  /** Moves time forward by `durationMs` and runs everything that falls due on the way, at its own due time. */
  advance(durationMs: number): void {
    this.advanceTo(this.#nowMs + durationMs)
  }

  /** Moves time forward to `timeMs`; see {@link advance}. Throws when that lies in the past. */
  advanceTo(timeMs: number): void {
    if (timeMs < this.#nowMs) throw new RangeError(`cannot go back from ${this.#nowMs} ms to ${timeMs} ms`)
    for (let next = this.#pending[0]; next && next.dueMs <= timeMs; next = this.#pending[0]) {
      this.#pending.shift()
      this.#nowMs = next.dueMs
      next.task()
    }
    this.#nowMs = timeMs
  }

  /** Moves the wall clock alone, as an operator or NTP would. */
  jumpWall(byMs: number): void {
    this.#wallOffsetMs += byMs
  }

  #insert(entry: Pending): void {
    let low = 0
    let high = this.#pending.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const other = this.#pending[middle]
      if (other && other.dueMs <= entry.dueMs) low = middle + 1
      else high = middle
    }
    this.#pending.splice(low, 0, entry)
  }

  #remove(entry: Pending): void {
    const index = this.#pending.indexOf(entry)
    if (index >= 0) this.#pending.splice(index, 1)
  }
}
