import type { Clock, Timer } from './clock.ts'

/** The longest delay that `setTimeout` keeps; longer ones would fire at once. */
const LONGEST_STEP_MS = 2 ** 31 - 1

/**
 * The clock of the running process. Its timers never keep the process alive: what must outlive the event loop's
 * other work (a listener, a socket) holds the process itself.
 */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  schedule: (delayMs, task) => new SystemTimer(delayMs, task),
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
