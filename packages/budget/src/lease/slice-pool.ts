import type { Clock } from '@spillway/clock'
import type { Holder } from './holder-book.ts'
import { NO_SHARE, addShares, minShare, subtractShare, type Share } from './share.ts'

/**
 * Slices: the parts of a grantor's own floor that its holders keep when their leases run out. Each outlives its lease by a
 * fixed time, the grantor's term included; so the successor counts the whole pool as taken, but for the slices that it hears of,
 * until the last of them has expired. What it hears of stays with its holder: a change of grantor takes no slice away.
 */
export class SlicePool {
  readonly #ttlMs: number
  readonly #before: Share
  readonly #startedMs: number
  readonly #clock: Clock
  #pool = NO_SHARE
  #known = NO_SHARE
  #even = NO_SHARE

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
  begin(pool: Share, all: Iterable<Holder>, nowMs: number): void {
    if (this.#ttlMs === Number.POSITIVE_INFINITY) return
    this.#pool = pool
    let holders = 0
    let rate = 0
    let burst = 0
    for (const { ledger } of all) {
      const slice = ledger.sliceCommit(nowMs)
      rate += slice.rate
      burst += slice.burst
      holders++
    }
    this.#known = { rate, burst }
    const heardOf = subtractShare(pool, this.unknown)
    this.#even = holders > 0 ? { rate: heardOf.rate / holders, burst: heardOf.burst / holders } : NO_SHARE
  }

  /**
   * What everybody is due of the pool, asked for or not. Incarnations that are gone count until their slices have expired: the
   * others make room for the newcomer meanwhile.
   */
  get even(): Share {
    return this.#even
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
    const own = holder.ledger.sliceCommit(nowMs)
    const free = subtractShare(subtractShare(this.#pool, this.#known), this.unknown)
    const slice = minShare(share, minShare(this.#even, addShares(own, free)))
    this.#known = addShares(this.#known, subtractShare(slice, own))
    return slice
  }
}
