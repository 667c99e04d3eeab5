import type { Clock } from '@spillway/clock'
import { CommitLedger, type Ledger } from './commit-ledger.ts'
import { isSaneReport, type LeaseGrant, type LeaseReport } from './message.ts'
import { NO_SHARE, addShares, subtractShare, type Share } from './share.ts'
import { waterFill, type Claim } from './water-fill.ts'

/** How a grantor shares one budget out. */
export interface LeaseGrantorConfig {
  readonly budget: string
  /** Chosen anew for each term of office. */
  readonly incarnation: string
  /** Largest relative difference between the rates of any two clocks (ρ). */
  readonly drift: number
  /** How long a lease holds, in milliseconds. */
  readonly ttlMs: number
  /** How long a slice outlives its lease, in milliseconds; Infinity when floors are reserved by configuration. */
  readonly sliceTtlMs: number
  /** Fraction of the capacity that stays here for instant growth. */
  readonly spare: number
  /** Holders whose floor is reserved for good, heard of or not; empty where holders come and go. */
  readonly floors: ReadonlyMap<string, Share>
  /** Makes the books; left out, the {@link CommitLedger}. Simulations put a broken one in to see that it is noticed. */
  readonly newLedger?: () => Ledger
}

/** What a holder is entitled to before anybody asks. */
export interface Entitlement {
  /** Guaranteed, and never given to others. */
  readonly floor: Share
  /** Relative part in what is left. */
  readonly weight: number
}

/** What there is to share out. */
export interface Capacity {
  readonly share: Share
  /** Grantor's monotonic time after which nothing of it may be in force; Infinity when it is ours for good. */
  readonly expiresMs: number
  /** The part of it that is ours beyond `expiresMs`: slices come out of it. */
  readonly pool: Share
}

/** What became of a report. Anything but `taken` and `stale` deserves an advisory. */
export type Reception = 'taken' | 'stale' | 'malformed' | 'foreign' | 'overclaimed'

interface Holder {
  readonly id: string
  readonly incarnation: string
  readonly entitlement: Entitlement
  readonly ledger: Ledger
  latest: LeaseReport
  heardMs: number
  isOwedAnswer: boolean
  granted: Share
}

/**
 * The grantor's side of the leases on one budget, under one epoch. Keeps the sum of all that may be in force at its holders
 * within its capacity, whatever is lost, doubled or late (rules S1, S2, S6): a new grant is made only if the sum of all
 * commitments fits afterwards; a cut frees nothing before it is acknowledged or has expired.
 */
export class LeaseGrantor {
  readonly #config: LeaseGrantorConfig
  readonly #epoch: number
  readonly #clock: Clock
  readonly #entitlementOf: (holder: string) => Entitlement | undefined
  readonly #startedMs: number
  readonly #holders = new Map<string, Holder>()
  #seq = 0

  /** `entitlementOf` answers undefined for somebody who may not hold this budget at all. */
  constructor(
    config: LeaseGrantorConfig,
    epoch: number,
    clock: Clock,
    entitlementOf: (holder: string) => Entitlement | undefined,
  ) {
    this.#config = config
    this.#epoch = epoch
    this.#clock = clock
    this.#entitlementOf = entitlementOf
    this.#startedMs = clock.nowMs()
  }

  /** Takes a report in. Its answer comes with the next {@link allocate}. */
  receive(report: LeaseReport): Reception {
    if (!isSaneReport(report)) return 'malformed'
    if (report.budget !== this.#config.budget) return 'foreign'
    const key = `${report.holder}\n${report.incarnation}`
    const known = this.#holders.get(key)
    if (known && report.seq <= known.latest.seq) return 'stale'
    const holder = known ?? this.#admit(report)
    if (!holder) return 'foreign'
    if (report.ack?.epoch === this.#epoch && !holder.ledger.acknowledge(report.ack, report.force, report.slice)) {
      return 'overclaimed'
    }
    holder.latest = report
    holder.heardMs = this.#clock.nowMs()
    holder.isOwedAnswer = true
    this.#holders.set(key, holder)
    return 'taken'
  }

  /** All that may be in force at the holders now, floors of those never heard of excluded. */
  commit(): Share {
    const nowMs = this.#clock.nowMs()
    let sum = NO_SHARE
    for (const holder of this.#holders.values()) sum = addShares(sum, holder.ledger.commit(nowMs))
    return sum
  }

  /** Demand of all holders by tier, for the report upward. */
  wants(): number[] {
    const sum: number[] = []
    for (const holder of this.#current()) {
      for (const [tier, want] of holder.latest.wants.entries()) sum[tier] = (sum[tier] ?? 0) + want
    }
    return sum
  }

  /**
   * Shares the capacity out and returns the grants to send now: answers that are owed, cuts that others wait for, growth that
   * fits. To be called every 50 ms, and at once after an urgent report.
   */
  allocate(capacity: Capacity): LeaseGrant[] {
    const nowMs = this.#clock.nowMs()
    this.#forgetDead(nowMs)
    const holders = this.#current()
    const absent = this.#absentFloors(nowMs)
    const capacityRate = Math.max(0, capacity.share.rate - absent.rate)
    const targets = waterFill(capacityRate, holders.map(claimOf), this.#config.spare)
    const isPressed = holders.reduce((sum, holder) => sum + total(holder.latest.wants), 0) > capacityRate * 0.9
    const reserved = addShares(absent, this.#unknownSlices(capacity, nowMs))
    let free = subtractShare(capacity.share, addShares(this.commit(), reserved))
    const grants: LeaseGrant[] = []
    for (const { holder, target } of cutsFirst(holders, targets)) {
      const rate = isMaterial(holder.granted.rate, target) ? target : holder.granted.rate
      const wanted = { rate, burst: burstFor(rate, capacity) }
      const committed = holder.ledger.commit(nowMs)
      const share = fit(wanted, committed, free)
      if (!holder.isOwedAnswer && !isMaterial(holder.granted.rate, share.rate)) continue
      const grant = this.#grant(holder, share, capacity, isPressed, nowMs)
      if (!grant) continue
      free = subtractShare(free, subtractShare(holder.ledger.commit(nowMs), committed))
      grants.push(grant)
    }
    return grants
  }

  #admit(report: LeaseReport): Holder | undefined {
    const entitlement = this.#entitlementOf(report.holder)
    if (!entitlement || !(entitlement.weight > 0)) return undefined
    const ledger = this.#config.newLedger?.() ?? new CommitLedger()
    if (report.ack && report.ack.epoch < this.#epoch && report.slice.rate > 0) {
      const expiresMs = this.#clock.nowMs() + this.#slow(this.#config.sliceTtlMs)
      ledger.book({ id: report.ack, share: report.slice, expiresMs, slice: report.slice, sliceExpiresMs: expiresMs })
    }
    const { holder: id, incarnation } = report
    return { id, incarnation, entitlement, ledger, latest: report, heardMs: 0, isOwedAnswer: true, granted: NO_SHARE }
  }

  /** The newest incarnation of each holder that is still heard of; older ones only keep what they hold until it expires. */
  #current(): Holder[] {
    const newest = new Map<string, Holder>()
    for (const holder of this.#holders.values()) {
      const other = newest.get(holder.id)
      if (!other || other.heardMs <= holder.heardMs) newest.set(holder.id, holder)
    }
    const silentMs = this.#clock.nowMs() - this.#slow(this.#config.ttlMs)
    return [...newest.values()].filter((holder) => holder.heardMs > silentMs)
  }

  #forgetDead(nowMs: number): void {
    const silentMs = nowMs - this.#slow(this.#config.ttlMs)
    for (const [key, holder] of this.#holders) {
      if (holder.heardMs <= silentMs && holder.ledger.commit(nowMs).rate === 0) this.#holders.delete(key)
    }
  }

  /** The part of the reserved floors that no commitment covers: it may be in force at somebody who is cut off. */
  #absentFloors(nowMs: number): Share {
    let sum = NO_SHARE
    for (const [id, floor] of this.#config.floors) {
      let held = NO_SHARE
      for (const holder of this.#holders.values()) {
        if (holder.id === id) held = addShares(held, holder.ledger.commit(nowMs))
      }
      sum = addShares(sum, subtractShare(floor, held))
    }
    return sum
  }

  /**
   * Slices that an earlier grantor gave to holders of whom nothing was heard yet. Leases of a predecessor are dead by rule S5,
   * slices may outlive it: until they have expired too, the rest of the pool counts as taken.
   */
  #unknownSlices(capacity: Capacity, nowMs: number): Share {
    const { sliceTtlMs } = this.#config
    if (sliceTtlMs === Number.POSITIVE_INFINITY || nowMs > this.#startedMs + this.#slow(sliceTtlMs)) return NO_SHARE
    let known = NO_SHARE
    for (const holder of this.#holders.values()) known = addShares(known, holder.ledger.sliceCommit(nowMs))
    return subtractShare(capacity.pool, known)
  }

  #freeSlices(capacity: Capacity, nowMs: number): Share {
    let booked = this.#unknownSlices(capacity, nowMs)
    for (const holder of this.#holders.values()) booked = addShares(booked, holder.ledger.sliceCommit(nowMs))
    return subtractShare(capacity.pool, booked)
  }

  #grant(holder: Holder, share: Share, capacity: Capacity, isPressed: boolean, nowMs: number): LeaseGrant | undefined {
    const { budget, incarnation, ttlMs, sliceTtlMs, drift } = this.#config
    const longestMs = (capacity.expiresMs - nowMs) / (1 + drift)
    const leaseMs = Math.min(ttlMs, longestMs)
    if (!(leaseMs > 0)) return undefined
    const slice = this.#sliceFor(holder, share, capacity, nowMs)
    const id = { epoch: this.#epoch, seq: ++this.#seq }
    const expiresMs = nowMs + this.#slow(leaseMs)
    const sliceExpiresMs = Math.max(expiresMs, nowMs + this.#slow(sliceTtlMs))
    holder.ledger.book({ id, share, expiresMs, slice, sliceExpiresMs })
    holder.isOwedAnswer = false
    holder.granted = share
    return {
      ...id,
      budget,
      holder: holder.id,
      incarnation: holder.incarnation,
      grantor: incarnation,
      anchor: holder.latest.seq,
      share,
      ttlMs: leaseMs,
      slice,
      sliceTtlMs,
      lump: 0,
      isPressed,
    }
  }

  #sliceFor(holder: Holder, share: Share, capacity: Capacity, nowMs: number): Share {
    const { floor } = holder.entitlement
    if (this.#config.sliceTtlMs === Number.POSITIVE_INFINITY) return minimum(share, floor)
    const holders = Math.max(1, this.#current().length)
    const even = { rate: capacity.pool.rate / holders, burst: capacity.pool.burst / holders }
    const room = addShares(holder.ledger.sliceCommit(nowMs), this.#freeSlices(capacity, nowMs))
    return minimum(share, minimum(even, room))
  }

  #slow(durationMs: number): number {
    return durationMs * (1 + this.#config.drift)
  }
}

function claimOf(holder: Holder): Claim {
  const { floor, weight } = holder.entitlement
  return { floor: floor.rate, weight, wants: holder.latest.wants }
}

function total(wants: readonly number[]): number {
  return wants.reduce((sum, want) => sum + want, 0)
}

function minimum(one: Share, other: Share): Share {
  return { rate: Math.min(one.rate, other.rate), burst: Math.min(one.burst, other.burst) }
}

/** The burst that goes with a rate: the same part of the whole. */
function burstFor(rate: number, { share }: Capacity): number {
  return share.rate > 0 ? (share.burst * rate) / share.rate : 0
}

/** As much of `wanted` as fits: what is committed to the holder anyway, plus what is free. */
function fit(wanted: Share, committed: Share, free: Share): Share {
  return minimum(wanted, addShares(committed, free))
}

/** Holders with their targets, those that give something back first. */
function cutsFirst(holders: readonly Holder[], targets: readonly number[]): { holder: Holder; target: number }[] {
  const pairs = holders.map((holder, index) => ({ holder, target: targets[index] ?? 0 }))
  return pairs.sort((one, other) => one.target - one.holder.granted.rate - (other.target - other.holder.granted.rate))
}

/** Worth moving a share for: more than one part in twenty. */
function isMaterial(before: number, after: number): boolean {
  return Math.abs(after - before) > 0.05 * Math.max(before, after)
}
