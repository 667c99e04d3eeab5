import type { Clock, Timer } from '@spillway/clock'
import { probeApp, type AppCondition } from './app-probe.ts'

/** How often and how patiently the app is asked. */
export interface AppWatchConfig {
  readonly address: string
  /** Between two probes until it serves for the first time. */
  readonly startingMs: number
  /** And from then on. */
  readonly steadyMs: number
  readonly timeoutMs: number
}

/** The intervals that hold when none are given. */
export const DEFAULT_APP_WATCH = { startingMs: 50, steadyMs: 2_000, timeoutMs: 1_000 }

/** Asks the app again and again whether it serves, and tells when its answer changes. */
export class AppWatch {
  readonly #config: AppWatchConfig
  readonly #clock: Clock
  readonly #changed: (condition: AppCondition) => void
  #condition: AppCondition = 'unreachable'
  #hasServed = false
  #timer: Timer | undefined
  #isStopped = false

  constructor(config: AppWatchConfig, clock: Clock, changed: (condition: AppCondition) => void) {
    this.#config = config
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
  }

  async #ask(): Promise<void> {
    const condition = await probeApp(this.#config.address, this.#config.timeoutMs)
    if (this.#isStopped) return
    this.#hasServed ||= condition === 'serving'
    if (condition !== this.#condition) {
      this.#condition = condition
      this.#changed(condition)
    }
    const pauseMs = this.#hasServed ? this.#config.steadyMs : this.#config.startingMs
    this.#timer = this.#clock.schedule(pauseMs, () => void this.#ask())
  }
}
