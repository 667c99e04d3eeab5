import { constants } from 'node:os'

/** A signal that asks a process to end. */
export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

/** The same signal again within this time is the same one: npm and wrappers forward what the terminal has sent to all. */
const SAME_SIGNAL_MS = 500

/** Listens for the wish to stop: once politely, a second time at once. */
export class StopSignals {
  /** The first signal. Never rejects. */
  readonly first: Promise<StopSignal>
  readonly #signals: readonly StopSignal[]
  readonly #resolve: (signal: StopSignal) => void
  #firstMs = Number.NaN
  #insisted: (signal: StopSignal) => void = () => undefined

  /** `isHangUpStop`: SIGHUP is a wish to stop, as when a terminal is closed. */
  constructor(isHangUpStop: boolean) {
    const { promise, resolve } = Promise.withResolvers<StopSignal>()
    this.first = promise
    this.#resolve = resolve
    this.#signals = isHangUpStop ? ['SIGINT', 'SIGTERM', 'SIGHUP'] : ['SIGINT', 'SIGTERM']
    for (const signal of this.#signals) process.on(signal, this.#heard)
  }

  /** What to do when a second signal comes. */
  onInsistence(task: (signal: StopSignal) => void): void {
    this.#insisted = task
  }

  /** Stops listening. */
  close(): void {
    for (const signal of this.#signals) process.off(signal, this.#heard)
  }

  readonly #heard = (name: NodeJS.Signals): void => {
    const signal = this.#signals.find((known) => known === name)
    if (signal === undefined) return
    const nowMs = performance.now()
    if (Number.isNaN(this.#firstMs)) {
      this.#firstMs = nowMs
      this.#resolve(signal)
    } else if (nowMs - this.#firstMs > SAME_SIGNAL_MS) this.#insisted(signal)
  }
}

/** The exit code of a process that a signal ended, as shells have it: 128 and the signal's number. */
export function signalExitCode(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal]
}
