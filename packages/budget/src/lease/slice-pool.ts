import type { Clock } from '@spillway/clock'
import type { Holder } from './holder-book.ts'
import { NO_SHARE, addShares, minShare, subtractShare, type Share } from './share.ts'

/** Incarnations whose slices are told from those of whom nothing was heard; of more than these none is believed. */
const MOST_HEARD = 65_536

/**
 * Slices: the parts of a grantor's own floor that its holders keep when their leases run out. Each outlives its lease by a
 * fixed time, the grantor's term included; so the successor counts the whole pool as taken, but for the slices that it hears of,
 * until the last of them has expired. What it hears of stays with its holder: a change of grantor takes no slice away.
 */
export class SlicePool {
  readonly #ttlMs: number
  /** When the last slice of a predecessor has expired. */
  readonly #completeMs: number
  readonly #clock: Clock
  readonly #heard = new Set<string>()
  /** What predecessors may have given to holders that were not heard of. It only shrinks: they give nothing any more. */
  #unheard: Share
  #pool = NO_SHARE
  #known = NO_SHARE
  #even = NO_SHARE

  /**
   * `ttlMs` is how long a slice may live, drift included; Infinity when floors are reserved by configuration. `before` is the most
   * that predecessors may have given to holders that are not heard of yet; `isComplete`: there are none.
   */
  constructor(ttlMs: number, before: Share, clock: Clock, isComplete = false) {
    this.#ttlMs = ttlMs
    this.#unheard = before
    this.#clock = clock
    this.#completeMs = isComplete ? Number.NEGATIVE_INFINITY : clock.nowMs() + ttlMs
  }

  /**
   * A holder has a slice of a predecessor: it counts for itself from now on, whatever becomes of it. Once for each incarnation. To be
   * trusted as far as no report is under way for as long as an election takes.
   */
  heardOf(holder: string, incarnation: string, slice: Share): void {
    const key = `${holder}\n${incarnation}`
    if (this.isComplete || this.#heard.has(key) || this.#heard.size >= MOST_HEARD) return
    this.#heard.add(key)
    this.#unheard = subtractShare(this.#unheard, slice)
  }

  /** A pass over the holders begins. `newest` are those of them who are to have a slice. */
  begin(pool: Share, all: Iterable<Holder>, newest: readonly Holder[], nowMs: number): void {
    if (this.#ttlMs === Number.POSITIVE_INFINITY) return
    this.#pool = pool
    this.#known = slicesOf(all, nowMs)
    const gone = subtractShare(this.#known, slicesOf(newest, nowMs))
    const room = subtractShare(subtractShare(pool, this.unknown), gone)
    this.#even = newest.length > 0 ? { rate: room.rate / newest.length, burst: room.burst / newest.length } : NO_SHARE
  }

  /**
   * What everybody is due of the pool, asked for or not. Incarnations that are gone keep theirs until they have expired: the others
   * share the rest, and make room for a newcomer.
   */
  get even(): Share {
    return this.#even
  }

  /** What a predecessor's holders may still have of whom nothing was heard. */
  get unknown(): Share {
    return this.#ttlMs === Number.POSITIVE_INFINITY || this.isComplete ? NO_SHARE : this.#unheard
  }

  /** Slices that may be in force, as of the last pass and what was given since. */
  get lent(): Share {
    return this.#known
  }

  /** The last slice that a predecessor gave has expired. */
  get isComplete(): boolean {
    return this.#clock.nowMs() > this.#completeMs
  }

  /** The slice for a holder that gets `share`: an even part of the pool, as far as it is free. */
  sliceFor(holder: Holder, share: Share, nowMs: number): Share {
    if (this.#ttlMs === Number.POSITIVE_INFINITY) return minShare(share, holder.entitlement.slice ?? NO_SHARE)
    const own = holder.ledger.sliceCommit(nowMs)
    const free = subtractShare(subtractShare(this.#pool, this.#known), this.unknown)
    const slice = minShare(share, minShare(this.#even, addShares(own, free)))
    this.#known = addShares(this.#known, subtractShare(slice, own))
    return slice
  }
}

function slicesOf(holders: Iterable<Holder>, nowMs: number): Share {
  let rate = 0
  let burst = 0
  for (const { ledger } of holders) {
    const slice = ledger.sliceCommit(nowMs)
    rate += slice.rate
    burst += slice.burst
  }
  return { rate, burst }
}
