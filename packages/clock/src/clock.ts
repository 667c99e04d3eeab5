/** A pending call of a scheduled task. */
export interface Timer {
  /** Stops the task from running. Harmless when it has run or was cancelled before. */
  cancel(): void
}

/**
 * The only door to time. Policy code receives a `Clock` and never touches the globals, so that tests and the
 * simulator can run it on virtual time.
 */
export interface Clock {
  /** Monotonic time in milliseconds, fractional, from an arbitrary origin. Never goes back. */
  nowMs(): number
  /** Wall-clock time in milliseconds since the Unix epoch. May jump either way; only for people and other processes. */
  wallMs(): number
  /**
   * Runs `task` once, not before `delayMs` have passed and never synchronously.
   * A negative delay counts as 0; a delay past 2^31 - 1 ms waits in several steps instead of firing at once.
   */
  schedule(delayMs: number, task: () => void): Timer
}
