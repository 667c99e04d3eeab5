import { constants } from 'node:os'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** Turns Ctrl-C and SIGTERM into an abort signal for as long as it is not disposed of. */
export class Interrupt implements Disposable {
  readonly #controller = new AbortController()
  /** Aborts when the process is told to end, or the outer signal aborts. */
  readonly signal: AbortSignal
  #exitCode: number = 128 + constants.signals.SIGINT

  constructor(outer: AbortSignal | undefined) {
    this.signal = outer === undefined ? this.#controller.signal : AbortSignal.any([outer, this.#controller.signal])
    for (const name of SIGNALS) process.on(name, this.#abort)
  }

  /** What the process should end with when it was interrupted: 128 and the signal's number. */
  get exitCode(): number {
    return this.#exitCode
  }

  [Symbol.dispose](): void {
    for (const name of SIGNALS) process.off(name, this.#abort)
  }

  readonly #abort = (name: (typeof SIGNALS)[number]): void => {
    this.#exitCode = 128 + constants.signals[name]
    this.#controller.abort(new Error(`interrupted by ${name}`))
  }
}
