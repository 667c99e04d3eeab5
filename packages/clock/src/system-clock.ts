import type { Clock, Timer } from './clock.ts'

/** The longest delay that `setTimeout` keeps; longer ones would fire at once. */
const LONGEST_STEP_MS = 2 ** 31 - 1

/** A reading of the wall clock is good for so long, by the monotonic one. */
const WALL_HELD_MS = 0.1

/**
 * The last readings: monotonic, wall, and the monotonic one of that. A number that a function returns is a box on the heap unless
 * the engine inlines the function, which it is sure to do with one that hardly does more than read an array of numbers.
 */
const last = Float64Array.of(Number.NaN, Number.NaN, Number.NaN)
const NOW = 0
const WALL = 1
const WALL_READ = 2

/**
 * The clock of the running process. Its timers never keep the process alive: what must outlive the event loop's
 * other work (a listener, a socket) holds the process itself.
 *
 * Readings leave nothing on the heap. `Date.now` does, so the monotonic clock says when it can have changed: that the wall clock
 * was set, or the machine suspended, shows after 0.1 ms of running on. What was decided in the same 0.1 ms before had not left the
 * machine either.
 */
export const systemClock: Clock = {
  nowMs: () => {
    readNow()
    return last[NOW] ?? 0
  },
  wallMs: () => {
    readWall()
    return last[WALL] ?? 0
  },
  schedule: (delayMs, task) => new SystemTimer(delayMs, task),
}

function readNow(): void {
  last[NOW] = performance.now()
}

function readWall(): void {
  const nowMs = performance.now()
  const heldMs = nowMs - (last[WALL_READ] ?? 0)
  if (heldMs >= 0 && heldMs < WALL_HELD_MS) return
  last[WALL_READ] = nowMs
  last[WALL] = Date.now()
}

class SystemTimer implements Timer {
  readonly #task: () => void
  #remainingMs: number
  #handle: NodeJS.Timeout

  constructor(delayMs: number, task: () => void) {
    this.#task = task
    this.#remainingMs = Math.max(0, delayMs)
    this.#handle = this.#step()
  }

  cancel(): void {
    clearTimeout(this.#handle)
  }

  #step(): NodeJS.Timeout {
    const stepMs = Math.min(this.#remainingMs, LONGEST_STEP_MS)
    this.#remainingMs -= stepMs
    return setTimeout(() => {
      if (this.#remainingMs > 0) this.#handle = this.#step()
      else this.#task()
    }, stepMs).unref()
  }
}
