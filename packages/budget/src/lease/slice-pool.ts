import type { Clock } from '@spillway/clock'
import type { Holder } from './holder-book.ts'
import { NO_SHARE, addShares, minShare, subtractShare, type Share } from './share.ts'

/**
 * Slices: the parts of a grantor's own floor that its holders keep when their leases run out. Each outlives its lease by a
 * fixed time, the grantor's term included; so the successor counts the whole pool as taken, but for the slices that it hears of,
 * until the last of them has expired.
 */
export class SlicePool {
  readonly #ttlMs: number
  readonly #before: Share
  readonly #startedMs: number
  readonly #clock: Clock
  #pool = NO_SHARE
  #known = NO_SHARE
  #holders = 1

  /**
   * `ttlMs` is how long a slice may live, drift included; Infinity when floors are reserved by configuration. `before` is the most
   * that predecessors may have given.
   */
  constructor(ttlMs: number, before: Share, clock: Clock) {
    this.#ttlMs = ttlMs
    this.#before = before
    this.#clock = clock
    this.#startedMs = clock.nowMs()
  }

  /** A pass over the holders begins. */
  begin(pool: Share, all: Iterable<Holder>, holders: number, nowMs: number): void {
    if (this.#ttlMs === Number.POSITIVE_INFINITY) return
    this.#pool = pool
    this.#holders = Math.max(1, holders)
    this.#known = NO_SHARE
    for (const { ledger } of all) this.#known = addShares(this.#known, ledger.sliceCommit(nowMs))
  }

  /** What a predecessor's holders may still have of whom nothing was heard. */
  get unknown(): Share {
    if (this.#ttlMs === Number.POSITIVE_INFINITY) return NO_SHARE
    return this.isComplete ? NO_SHARE : subtractShare(this.#before, this.#known)
  }

  /** Slices that may be in force, as of the last pass and what was given since. */
  get lent(): Share {
    return this.#known
  }

  /** The last slice that a predecessor gave has expired. */
  get isComplete(): boolean {
    return this.#clock.nowMs() > this.#startedMs + this.#ttlMs
  }

  /** The slice for a holder that gets `share`: an even part of the pool, as far as it is free. */
  sliceFor(holder: Holder, share: Share, nowMs: number): Share {
    if (this.#ttlMs === Number.POSITIVE_INFINITY) return minShare(share, holder.entitlement.slice ?? NO_SHARE)
    const even = { rate: this.#pool.rate / this.#holders, burst: this.#pool.burst / this.#holders }
    const own = holder.ledger.sliceCommit(nowMs)
    const free = subtractShare(subtractShare(this.#pool, this.#known), this.unknown)
    const slice = minShare(share, minShare(even, addShares(own, free)))
    this.#known = addShares(this.#known, subtractShare(slice, own))
    return slice
  }
}
