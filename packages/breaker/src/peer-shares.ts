import type { CallTraits } from '@spillway/call'
import { SLICES } from './outcome-window.ts'
import { SliceCounts } from './slice-counts.ts'
import type { BreakerSettings } from './breaker-settings.ts'

/** Stands for all the callers that are too many to be told apart. */
const OVERFLOW = '_OTHER'

/**
 * Who made the calls of a window, so that one caller cannot open a breaker for everybody: the faults are one caller's own
 * doing when the others had successes, and no more faults than the threshold would forgive them. A caller that is alone is
 * believed. When a door is sick for everybody, the others' successes leave the window or become faults, so an
 * opening is put off for a window at most, unless the others go on being served well.
 *
 * Memory: at most `maxPeers` callers and one for the rest, of {@link SLICES} slices each. Cost of counting: one map
 * look-up, once for calls that are alike.
 */
export class PeerShares {
  readonly #settings: BreakerSettings
  readonly #total = new SliceCounts(SLICES)
  readonly #peers = new Map<string, PeerCounts>()
  #sweptSlice = -1

  constructor(settings: BreakerSettings) {
    this.#settings = settings
  }

  /** Counts the outcome of one call. */
  count(traits: CallTraits, isFault: boolean, slice: number): void {
    this.#total.count(isFault, slice)
    this.#countsOf(traits, slice).count(isFault, slice)
  }

  /** The others are served well, so that a fault of this peer's proves nothing. */
  isHealthyWithout(peerId: string, slice: number): boolean {
    if (this.#peers.size < 2) return false
    const peer = this.#peers.get(peerId) ?? this.#peers.get(OVERFLOW)
    return peer !== undefined && this.#wouldBeHealthyWithout(peer, slice)
  }

  /** The caller without whom the window would be healthy; undefined when it is not one caller's doing. */
  loneCulprit(slice: number): string | undefined {
    if (this.#peers.size < 2) return undefined
    for (const [id, peer] of this.#peers) if (this.#wouldBeHealthyWithout(peer, slice)) return id
    return undefined
  }

  #wouldBeHealthyWithout(peer: SliceCounts, slice: number): boolean {
    peer.rollTo(slice)
    this.#total.rollTo(slice)
    const calls = this.#total.calls - peer.calls
    const faults = this.#total.faults - peer.faults
    const { witnesses, errorPercent, minCalls } = this.#settings
    return calls - faults >= witnesses && faults * 100 <= errorPercent * Math.max(calls, minCalls)
  }

  #countsOf(traits: CallTraits, slice: number): SliceCounts {
    const known = traits.peerCounts
    if (known instanceof PeerCounts && known.keeper === this) return known
    const counts = this.#find(traits.peer.id, slice)
    traits.peerCounts = counts
    return counts
  }

  #find(peerId: string, slice: number): PeerCounts {
    const known = this.#peers.get(peerId)
    if (known) return known
    if (this.#peers.size >= this.#settings.maxPeers) this.#forgetIdle(slice)
    const isFull = this.#peers.size >= this.#settings.maxPeers
    const key = isFull ? OVERFLOW : peerId
    const counts = this.#peers.get(key) ?? new PeerCounts(isFull ? undefined : this)
    this.#peers.set(key, counts)
    return counts
  }

  /** Once a slice at most: strangers that come in great numbers must not buy a walk over the map each. */
  #forgetIdle(slice: number): void {
    if (slice === this.#sweptSlice) return
    this.#sweptSlice = slice
    for (const [id, counts] of this.#peers) {
      counts.rollTo(slice)
      if (counts.calls > 0) continue
      counts.keeper = undefined
      this.#peers.delete(id)
    }
  }
}

/** The calls of one caller, or of all those that are not told apart. */
class PeerCounts extends SliceCounts {
  /** Whoever finds it for calls of its one caller. */
  keeper: PeerShares | undefined

  constructor(keeper: PeerShares | undefined) {
    super(SLICES)
    this.keeper = keeper
  }
}
