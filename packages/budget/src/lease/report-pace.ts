import type { Clock } from '@spillway/clock'

/** How often a holder reports. All in milliseconds. */
export interface ReportPaceConfig {
  /** While nothing presses. */
  readonly steadyMs: number
  /** While the grantor has not enough for everybody. */
  readonly pressedMs: number
  /** While nothing is asked for. Shorter than a lease: nobody is cut off because nobody called. */
  readonly idleMs: number
  /** Between any two reports, however urgent. */
  readonly shortestMs: number
}

/** The pace of a sidecar: at most two messages a second while all is well. */
export const SIDECAR_PACE: ReportPaceConfig = { steadyMs: 1_000, pressedMs: 250, idleMs: 2_500, shortestMs: 60 }

/**
 * The pace of a region: less than eight messages a second across regions, both ways, with its votes, whatever goes on inside and
 * however many regions there are.
 */
export const REGION_PACE: ReportPaceConfig = { steadyMs: 265, pressedMs: 265, idleMs: 265, shortestMs: 60 }

/** Why a report may be due. */
export interface Urgency {
  /** Something changed that the grantor should know at once. */
  readonly isUrgent: boolean
  readonly isPressed: boolean
  readonly isIdle: boolean
}

/** Says when the next report is due. */
export class ReportPace {
  readonly #config: ReportPaceConfig
  readonly #clock: Clock
  #sentMs = Number.NEGATIVE_INFINITY

  constructor(config: ReportPaceConfig, clock: Clock) {
    this.#config = config
    this.#clock = clock
  }

  /** A report should be sent now; if so it counts as sent. */
  isDue(urgency: Urgency): boolean {
    const nowMs = this.#clock.nowMs()
    if (nowMs - this.#sentMs < this.#gapMs(urgency)) return false
    this.#sentMs = nowMs
    return true
  }

  /** Forgets the last report, so that the next is due at once: after a reconnect nobody knows what arrived. */
  reset(): void {
    this.#sentMs = Number.NEGATIVE_INFINITY
  }

  #gapMs({ isUrgent, isPressed, isIdle }: Urgency): number {
    if (isUrgent) return this.#config.shortestMs
    if (isPressed) return this.#config.pressedMs
    return isIdle ? this.#config.idleMs : this.#config.steadyMs
  }
}
