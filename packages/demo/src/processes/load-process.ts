import type { Step } from '../load/arrivals.ts'
import type { FinishedCall } from '../load/finished-call.ts'
import { Child } from './child.ts'
import { parseLoadReport, type LoadOrder } from './load-messages.ts'

/** The load generator in its own process, so that it competes with the sidecar for nothing but the processor. */
export class LoadProcess implements AsyncDisposable {
  readonly #child = new Child('load', new URL('load-main.ts', import.meta.url))
  readonly #seed: number

  constructor(seed: number) {
    this.#seed = seed
  }

  /**
   * Sends calls to that address (`host:port`), step by step, and hands over each as it ends. Resolves when all are over.
   */
  run(
    address: string,
    steps: readonly Step[],
    finished: (call: FinishedCall) => void,
    signal: AbortSignal,
  ): Promise<true> {
    const order: LoadOrder = { kind: 'run', address, steps, seed: this.#seed }
    this.#child.send(order)
    return this.#child.receive((message) => {
      const report = parseLoadReport(message)
      if (report?.kind === 'finished') report.calls.forEach(finished)
      return report?.kind === 'idle' ? true : undefined
    }, signal)
  }

  /** Sends nothing more; {@link run} resolves when what is outstanding is over. */
  stop(): void {
    const order: LoadOrder = { kind: 'stop' }
    this.#child.send(order)
  }

  get pid(): number {
    return this.#child.pid
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#child[Symbol.asyncDispose]()
  }
}
