import { systemClock } from '@spillway/clock'
import { AppWatch, DEFAULT_APP_WATCH } from '@spillway/sidecar'
import type { LifeEvent } from './narrator.ts'
import type { StartedSidecar } from './start-sidecar.ts'

/** Waiting for the app longer than this deserves a line. */
const PATIENCE_MS = 10_000

/** Follows whether the app serves, and tells health checkers and people. */
export class AppReadiness {
  readonly #watch: AppWatch
  readonly #startedMs = systemClock.nowMs()
  readonly #patience
  #hasServed = false

  constructor({ sidecar, config }: StartedSidecar, tell: (event: LifeEvent) => void) {
    const address = config.inbound.app
    this.#patience = systemClock.schedule(PATIENCE_MS, () => tell({ event: 'waiting', app: address }))
    this.#watch = new AppWatch({ address, ...DEFAULT_APP_WATCH }, systemClock, (condition) => {
      sidecar.setServing(condition === 'serving')
      if (condition === 'serving') {
        this.#hasServed = true
        this.#patience.cancel()
        tell({ event: 'serving', afterMs: systemClock.nowMs() - this.#startedMs })
      } else if (this.#hasServed) tell({ event: 'not_serving', condition })
    })
    this.#watch.start()
  }

  /** The app has been seen serving. */
  get hasServed(): boolean {
    return this.#hasServed
  }

  /** Stops following. */
  stop(): void {
    this.#patience.cancel()
    this.#watch.stop()
  }
}
