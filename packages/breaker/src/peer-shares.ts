import { SLICES } from './outcome-window.ts'
import { SliceCounts } from './slice-counts.ts'
import type { BreakerSettings } from './breaker-settings.ts'

/** Stands for all the callers that are too many to be told apart. */
const OVERFLOW = '_OTHER'

/** Fewer faults than this among the others may be chance, however few calls they made. */
const MIN_WITNESSED_FAULTS = 2

/**
 * Who made the calls of a window, so that one caller cannot open a breaker for everybody: the faults are one caller's own
 * doing when all others together made enough calls to judge and are not above the threshold themselves. A caller that
 * is alone, or whose neighbours hardly call, is believed.
 *
 * Memory: at most `maxPeers` callers and one for the rest, of {@link SLICES} slices each. Cost of counting: one map look-up.
 */
export class PeerShares {
  readonly #settings: BreakerSettings
  readonly #total = new SliceCounts(SLICES)
  readonly #peers = new Map<string, SliceCounts>()
  #sweptSlice = -1

  constructor(settings: BreakerSettings) {
    this.#settings = settings
  }

  /** Counts the outcome of one call of that peer. */
  count(peerId: string, isFault: boolean, slice: number): void {
    this.#total.count(isFault, slice)
    this.#countsOf(peerId, slice).count(isFault, slice)
  }

  /** Without one of the callers the window would be healthy, and the others called often enough to know. */
  isOneCallersDoing(slice: number): boolean {
    if (this.#peers.size < 2) return false
    this.#total.rollTo(slice)
    for (const peer of this.#peers.values()) if (this.#isHealthyWithout(peer, slice)) return true
    return false
  }

  #isHealthyWithout(peer: SliceCounts, slice: number): boolean {
    peer.rollTo(slice)
    const calls = this.#total.calls - peer.calls
    const faults = this.#total.faults - peer.faults
    if (calls < this.#settings.witnessCalls) return false
    return faults < MIN_WITNESSED_FAULTS || faults * 100 <= this.#settings.errorPercent * calls
  }

  #countsOf(peerId: string, slice: number): SliceCounts {
    const known = this.#peers.get(peerId)
    if (known) return known
    if (this.#peers.size >= this.#settings.maxPeers) this.#forgetIdle(slice)
    const key = this.#peers.size >= this.#settings.maxPeers ? OVERFLOW : peerId
    const counts = this.#peers.get(key) ?? new SliceCounts(SLICES)
    this.#peers.set(key, counts)
    return counts
  }

  /** Once a slice at most: strangers that come in great numbers must not buy a walk over the map each. */
  #forgetIdle(slice: number): void {
    if (slice === this.#sweptSlice) return
    this.#sweptSlice = slice
    for (const [id, counts] of this.#peers) {
      counts.rollTo(slice)
      if (counts.calls === 0) this.#peers.delete(id)
    }
  }
}
