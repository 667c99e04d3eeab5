import type { CallTraits } from '@spillway/call'
import type { BreakerSettings } from './breaker-settings.ts'
import { OutcomeWindow, SLICES, type WindowCounts } from './outcome-window.ts'
import { PeerShares } from './peer-shares.ts'

/** The outcomes of one period of a breaker: how many failed, and whose they were. */
export class CallRecord {
  readonly #settings: BreakerSettings
  readonly #sliceMs: number
  readonly #window: OutcomeWindow
  readonly #peers: PeerShares

  /** Starts empty. */
  constructor(settings: BreakerSettings, nowMs: number) {
    this.#settings = settings
    this.#sliceMs = settings.windowMs / SLICES
    this.#window = new OutcomeWindow(settings, this.#sliceAt(nowMs))
    this.#peers = new PeerShares(settings)
  }

  /** Counts the outcome of one call. True when there are too many faults now, and not of one caller's making. */
  count(traits: CallTraits, isFault: boolean, nowMs: number): boolean {
    const slice = this.#sliceAt(nowMs)
    this.#peers.count(traits, isFault, slice)
    if (!isFault) {
      this.#window.success(slice)
      return false
    }
    if (this.#peers.isHealthyWithout(traits.peer.id, slice)) {
      this.#window.pardonedFault(slice)
      return false
    }
    return this.#window.fault(slice) && this.#peers.loneCulprit(slice) === undefined
  }

  /** The caller whose faults alone are too many; undefined when they are not too many, or not one caller's. */
  loneCulprit(nowMs: number): string | undefined {
    const { calls, faults } = this.counts(nowMs)
    const { minCalls, errorPercent } = this.#settings
    const isTooMany = calls >= minCalls && faults * 100 > errorPercent * calls
    return isTooMany ? this.#peers.loneCulprit(this.#sliceAt(nowMs)) : undefined
  }

  /** What the window holds now. */
  counts(nowMs: number): WindowCounts {
    return this.#window.counts(this.#sliceAt(nowMs))
  }

  /** The window in a few words, for the history. */
  describe(nowMs: number): string {
    const { calls, faults } = this.counts(nowMs)
    return `${faults} of ${calls} calls failed, more than ${this.#settings.errorPercent} %`
  }

  /** Nothing was counted for a whole window. */
  isIdle(nowMs: number): boolean {
    return this.#window.isIdle(this.#sliceAt(nowMs))
  }

  /** Ends its use. */
  close(): void {
    this.#window.close()
  }

  #sliceAt(nowMs: number): number {
    return Math.floor(nowMs / this.#sliceMs)
  }
}
