import type { Clock, Timer } from '@spillway/clock'
import { AppProbe, type AppCondition } from './app-probe.ts'

/** How often and how patiently the app is asked. */
export interface AppWatchConfig {
  readonly address: string
  /** Between the first two probes. Until it serves for the first time, each pause is a tenth longer than the one before ... */
  readonly startingMs: number
  /** ... up to this, which holds from then on. */
  readonly steadyMs: number
  readonly timeoutMs: number
}

/** The intervals that hold when none are given. */
export const DEFAULT_APP_WATCH = { startingMs: 50, steadyMs: 2_000, timeoutMs: 1_000 }

/** Half a minute from 50 ms to 2 s: an app that is slow to start is found soon, one that is broken costs little. */
const GROWTH = 1.1

/** Asks the app again and again whether it serves, and tells when its answer changes. */
export class AppWatch {
  readonly #config: AppWatchConfig
  readonly #probe: AppProbe
  readonly #clock: Clock
  readonly #changed: (condition: AppCondition) => void
  #condition: AppCondition = 'unreachable'
  #pauseMs: number
  #timer: Timer | undefined
  #isStopped = false

  constructor(config: AppWatchConfig, clock: Clock, changed: (condition: AppCondition) => void) {
    this.#config = config
    this.#probe = new AppProbe(config.address, config.timeoutMs)
    this.#pauseMs = config.startingMs
    this.#clock = clock
    this.#changed = changed
  }

  /** Starts asking. */
  start(): void {
    void this.#ask()
  }

  /** Stops asking; nothing is told afterwards. Safe to repeat. */
  stop(): void {
    this.#isStopped = true
    this.#timer?.cancel()
    this.#probe.close()
  }

  async #ask(): Promise<void> {
    const condition = await this.#probe.ask()
    if (this.#isStopped) return
    if (condition !== this.#condition) {
      this.#condition = condition
      this.#changed(condition)
    }
    const { steadyMs } = this.#config
    const pauseMs = condition === 'serving' ? steadyMs : this.#pauseMs
    this.#pauseMs = Math.min(pauseMs * GROWTH, steadyMs)
    this.#timer = this.#clock.schedule(pauseMs, () => void this.#ask())
  }
}
