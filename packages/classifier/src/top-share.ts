import { SlidingCounts } from './sliding-counts.ts'

/** The cap of a caller's share of the top class. */
export interface TopShareConfig {
  /** The largest share of a peer's calls that may be critical because the peer claims so. 0 to 1. */
  readonly share: number
  /** So many claims in the window stand whatever the share, so that a caller with a handful of calls is not demoted. */
  readonly allowance: number
  readonly windowMs: number
  /** Peers that are kept track of. */
  readonly maxPeers: number
}

/** A fifth of a peer's calls over ten seconds, but ten of them in any case; 4,096 peers. */
export const DEFAULT_TOP_SHARE: TopShareConfig = { share: 0.2, allowance: 10, windowMs: 10_000, maxPeers: 4_096 }

/** How many of the oldest peers are looked at to find an idle one when the table is full. */
const EVICTION_LOOKS = 8

/**
 * Grants claims to the top class as long as those granted in the window, this one included, are at most
 * `max(allowance, share * calls)`; `calls` are all calls of the peer in the window, this one included.
 *
 * The table of peers is bounded. When it is full, the first idle one among the nine oldest makes room, else the ninth,
 * who starts afresh (with a new allowance) when it comes back.
 */
export class TopShare {
  readonly #config: TopShareConfig
  readonly #peers = new Map<string, PeerCalls>()

  constructor(config: TopShareConfig) {
    this.#config = config
  }

  /**
   * Counts a call of that peer. Returns whether it may have the top class; without a claim always true. What is counted of
   * the peer is kept in `note`, which calls of the same peer may share.
   */
  arrive(peerId: string, isClaim: boolean, nowMs: number, note: PeerNote = { peerCalls: undefined }): boolean {
    const counts = this.#callsOf(peerId, note, SlidingCounts.bucketAt(nowMs, this.#config.windowMs))
    counts.addCall()
    if (!isClaim) return true
    const { allowance, share } = this.#config
    if (counts.claims + 1 > Math.max(allowance, share * counts.calls)) return false
    counts.addClaim()
    return true
  }

  /** Peers in the table. */
  get peers(): number {
    return this.#peers.size
  }

  #callsOf(peerId: string, note: PeerNote, bucket: number): SlidingCounts {
    if (note.peerCalls?.keeper !== this) note.peerCalls = this.#find(peerId, bucket)
    note.peerCalls.advance(bucket)
    return note.peerCalls
  }

  #find(peerId: string, bucket: number): PeerCalls {
    const known = this.#peers.get(peerId)
    if (known !== undefined) return known
    if (this.#peers.size >= this.#config.maxPeers) this.#makeRoom(bucket)
    const calls = new PeerCalls(this, bucket)
    this.#peers.set(peerId, calls)
    return calls
  }

  /** The order of the map is that of arrival; a busy peer that is looked at goes to the end. */
  #makeRoom(bucket: number): void {
    let looks = 0
    for (const [peerId, counts] of this.#peers) {
      this.#peers.delete(peerId)
      if (counts.isIdle(bucket) || ++looks > EVICTION_LOOKS) {
        counts.keeper = undefined
        return
      }
      this.#peers.set(peerId, counts)
    }
  }
}

/** What is counted of one peer. */
class PeerCalls extends SlidingCounts {
  /** Whoever finds it for calls of the peer; undefined once it is forgotten. */
  keeper: TopShare | undefined

  constructor(keeper: TopShare, bucket: number) {
    super(bucket)
    this.keeper = keeper
  }
}

/** Room for what is counted of a peer. */
export interface PeerNote {
  /** Owned by {@link TopShare}. */
  peerCalls: PeerCalls | undefined
}
