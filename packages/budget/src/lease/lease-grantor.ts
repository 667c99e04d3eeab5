import type { Clock } from '@spillway/clock'
import { AllocationPass, type Ground } from './allocation-pass.ts'
import type { Capacity } from './capacity.ts'
import { CommitLedger, type Ledger } from './commit-ledger.ts'
import { commitmentsOf } from './commitments.ts'
import { totalOf } from './demand-news.ts'
import { HolderBook, type Entitlement, type Holder } from './holder-book.ts'
import type { LeaseGrantorConfig } from './lease-grantor-config.ts'
import { isSaneReport, type Commitment, type LeaseGrant, type LeaseReport } from './message.ts'
import { Pot } from './pot.ts'
import type { SidecarCommitment } from './region-hand-over.ts'
import { NO_SHARE, addShares, maxShare, type Share } from './share.ts'
import { NOTHING_ASIDE, absentRate, recount, type SetAside } from './set-aside.ts'
import { SlicePool } from './slice-pool.ts'
import { NO_UNITS, UnitDesk, areUnitsFor, withoutFirst, type Units } from './unit-desk.ts'
import { waterFill, type Claim } from './water-fill.ts'

export type { Entitlement } from './holder-book.ts'

/** What became of a report. Anything but `taken` and `stale` deserves an advisory. */
export type Reception = 'taken' | 'stale' | 'malformed' | 'foreign' | 'overclaimed'

/**
 * How long after a shortage nothing is given away as headroom, in milliseconds: demand that fell in one place is about to show
 * in another, and what was given away would have to be taken back first.
 */
const CALM_MS = 1_000

/** Longest time to name for what never ends, such as a floor: those are reserved by configuration anyway. */
const LONGEST_MS = 60_000

/** The name of what predecessors gave, and which report that answered. */
const BEFORE_OURS = { id: { epoch: 0, seq: 0 }, anchor: Number.POSITIVE_INFINITY } as const

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
  readonly #book = new HolderBook()
  readonly #slices: SlicePool
  readonly #pot: Pot
  readonly #desk = new UnitDesk()
  #areUnits: Units = NO_UNITS
  #setAside: SetAside = NOTHING_ASIDE
  #pressedUntilMs = Number.NEGATIVE_INFINITY
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
    this.#slices = new SlicePool(
      this.#slow(config.sliceTtlMs),
      config.slicesBefore ?? NO_SHARE,
      clock,
      config.areSlicesKnown,
    )
    this.#pot = new Pot(config.drift, clock.nowMs())
  }

  /** Takes a report in. Its answer comes with the next {@link allocate}. */
  receive(report: LeaseReport): Reception {
    if (!isSaneReport(report)) return 'malformed'
    if (report.budget !== this.#config.budget) return 'foreign'
    const known = this.#book.find(report.holder, report.incarnation)
    if (known && report.seq <= known.latest.seq) return 'stale'
    const entitlement = this.#entitlementOf(report.holder)
    if (!entitlement || !(entitlement.weight > 0)) return 'foreign'
    const holder = known ?? this.#admit(report, entitlement)
    holder.entitlement = entitlement
    if (report.isFinal) holder.ledger.end()
    else if (report.ack?.epoch === this.#epoch && !holder.ledger.acknowledge(report.ack, report.force, report.slice)) {
      return 'overclaimed'
    }
    if (report.ceiling) holder.ledger.cap(report.ceiling)
    const nowMs = this.#clock.nowMs()
    const { committed, latest } = holder // a newcomer's is this report itself
    if (report.isFinal) this.#book.ended(holder, report, nowMs)
    else this.#book.heard(holder, report, nowMs)
    // What was given back to a predecessor is not known here: it may have been granted again.
    const returned = latest.seq === 0 ? 0 : report.returned - latest.returned
    this.#pot.reclaim(committed.burst - holder.committed.burst, returned, nowMs)
    return 'taken'
  }

  /** All that may be in force at the holders now, and what is set aside for them. Perhaps a little more. */
  commit(): Share {
    return addShares(this.#book.committed, this.#setAside.sum)
  }

  /** Where units are saved up that nobody holds. */
  get pot(): Pot {
    return this.#pot
  }

  /** Units that calls wait for and that are neither here nor under way, by tier. */
  asks(): readonly number[] {
    return withoutFirst(this.#desk.asksOf(this.#book.newest, this.#clock.nowMs()), this.#pot.level)
  }

  /** Slices that may be in force beyond all leases. Perhaps a little more. */
  slices(): Share {
    return addShares(this.#slices.lent, this.#slices.unknown)
  }

  /** Slices that predecessors may have given to holders that were not heard of. */
  get unknownSlices(): Share {
    return this.#slices.unknown
  }

  /** Nobody lives on a slice of a predecessor that was not heard of. */
  get areSlicesKnown(): boolean {
    return this.#slices.isComplete
  }

  /** Demand of all holders by tier, for the report upward. Slices that may be out come first: nobody here can use them. */
  wants(): number[] {
    const [first = 0, ...others] = this.#book.wants
    return [first + this.#slices.unknown.rate, ...others]
  }

  /**
   * Shares the capacity out and returns the grants to send now: answers that are owed, cuts that others wait for, growth that
   * fits. To be called every 50 ms, and at once after an urgent report.
   */
  allocate(capacity: Capacity): LeaseGrant[] {
    const nowMs = this.#clock.nowMs()
    const silentMs = nowMs - this.#slow(this.#config.ttlMs)
    this.#setAside = recount(this.#book, capacity, { epoch: this.#epoch, nowMs, silentMs })
    const everybody = this.#book.newest
    this.#areUnits = areUnitsFor(capacity, everybody, this.#config.leastBurst)
    const holders = this.#areUnits.granted ? this.#desk.inOrder(everybody, nowMs) : everybody
    this.#slices.begin(capacity.pool, this.#book.all, everybody, nowMs)
    this.#pot.refill(nowMs)
    const { unknown } = this.#slices
    const rate = Math.max(0, capacity.share.rate - absentRate(this.#setAside, holders) - unknown.rate)
    if (totalOf(this.#book.wants) > rate * 0.9) this.#pressedUntilMs = nowMs + CALM_MS
    const spare = this.#areUnits.granted || nowMs < this.#pressedUntilMs ? 1 : this.#config.spare
    const targets = this.#areUnits.only ? [] : waterFill(rate, this.#claimsOf(holders), spare)
    const pass = new AllocationPass(this.#ground(nowMs), capacity, nowMs)
    const grants = pass.run(holders, targets)
    this.#pot.resize(pass.free, capacity.expiresMs)
    return grants
  }

  /** All that is out, for a successor. Nothing may be granted after this. */
  handOver(): Commitment[] {
    const nowMs = this.#clock.nowMs()
    const { budget } = this.#config
    return Array.from(this.#book.all, ({ id: holder, incarnation, ledger }) => {
      const remainingMs = Math.max(0, ledger.lastExpiryMs() - nowMs)
      return {
        budget,
        holder,
        incarnation,
        share: ledger.commit(nowMs),
        remainingMs: Math.min(LONGEST_MS, remainingMs),
      }
    })
  }

  /** Books what a predecessor had out when it left, until `expiresMs` or until its holder runs on a grant of ours. */
  inherit({ holder, incarnation, share }: Commitment, expiresMs: number): void {
    const entitlement = this.#entitlementOf(holder)
    if (!entitlement) return
    // Several predecessors may have granted to the same holder: the most of it counts.
    const { ledger, granted } = this.#book.find(holder, incarnation) ?? { ledger: this.#newLedger(), granted: NO_SHARE }
    ledger.book({ ...BEFORE_OURS, share, expiresMs, slice: NO_SHARE, sliceExpiresMs: expiresMs })
    const reserved = this.#setAside.shares.get(holder) ?? NO_SHARE
    const most = { id: holder, incarnation, entitlement, reserved, ledger, granted: maxShare(granted, share) }
    this.#book.inherit(most, this.#clock.nowMs())
  }

  /** All that is out at sidecars, for an heir. Nothing may be granted after this. */
  get commitments(): SidecarCommitment[] {
    return commitmentsOf(this.#book, this.#clock.nowMs())
  }

  /** Goes on with a sidecar as a predecessor left it, told at `sinceMs` or before: its report and all that is out count as ours. */
  goOn({ holder: id, incarnation, seq, wants, returned, ...held }: SidecarCommitment, sinceMs: number): void {
    const entitlement = this.#entitlementOf(id)
    if (!entitlement) return
    const { share, remainingMs, slice, sliceRemainingMs } = held
    const ledger = this.#newLedger()
    const expiresMs = sinceMs + this.#slow(remainingMs)
    const sliceExpiresMs = sinceMs + this.#slow(sliceRemainingMs)
    ledger.book({ ...BEFORE_OURS, share, expiresMs, slice, sliceExpiresMs })
    const holder = { id, incarnation, entitlement, reserved: NO_SHARE, ledger, granted: share }
    this.#book.goOn(holder, { budget: this.#config.budget, seq, wants, returned }, this.#clock.nowMs())
  }

  /** Nobody is left without the part of the floor that it is to keep when it is cut off, asked for or not. */
  #claimsOf(holders: readonly Holder[]): Claim[] {
    return holders.map(({ entitlement: { floor, weight }, latest }) => {
      return { floor: Math.max(floor.rate, this.#slices.even.rate), weight, wants: latest.wants }
    })
  }

  #newLedger(): Ledger {
    return this.#config.newLedger?.() ?? new CommitLedger()
  }

  #admit(report: LeaseReport, entitlement: Entitlement): Holder {
    const ledger = this.#newLedger()
    if (report.slice.rate > 0 && !report.isFinal && !(report.ack && report.ack.epoch >= this.#epoch)) {
      const expiresMs = this.#clock.nowMs() + this.#slow(this.#config.sliceTtlMs)
      const before = report.ack ? { ...BEFORE_OURS, id: report.ack } : BEFORE_OURS
      ledger.book({ ...before, share: report.slice, expiresMs, slice: report.slice, sliceExpiresMs: expiresMs })
      this.#slices.heardOf(report.holder, report.incarnation, report.slice)
    }
    const { holder: id, incarnation } = report
    const fresh = { heardMs: 0, isOwedAnswer: true, granted: NO_SHARE, committed: NO_SHARE }
    const reserved = this.#setAside.shares.get(id) ?? NO_SHARE
    return { id, incarnation, entitlement, reserved, ledger, latest: report, ...fresh }
  }

  #ground(nowMs: number): Ground {
    return {
      config: this.#config,
      epoch: this.#epoch,
      book: this.#book,
      setAside: this.#setAside,
      slices: this.#slices,
      pot: this.#pot,
      desk: this.#desk,
      areUnits: this.#areUnits,
      isPressed: nowMs < this.#pressedUntilMs,
      nextSeq: () => ++this.#seq,
    }
  }

  #slow(durationMs: number): number {
    return durationMs * (1 + this.#config.drift)
  }
}
