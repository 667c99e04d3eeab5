import type { Clock } from '@spillway/clock'
import type { Capacity } from './capacity.ts'
import { CommitLedger, type Ledger } from './commit-ledger.ts'
import { commitmentsOf } from './commitments.ts'
import { totalOf } from './demand-news.ts'
import { HolderBook, type Entitlement, type Holder } from './holder-book.ts'
import { isSaneReport, type Commitment, type LeaseGrant, type LeaseReport } from './message.ts'
import { Pot } from './pot.ts'
import type { SidecarCommitment } from './region-hand-over.ts'
import { NO_SHARE, addShares, isWithin, maxShare, minShare, subtractShare, type Share } from './share.ts'
import { NOTHING_ASIDE, absentRate, recount, type SetAside } from './set-aside.ts'
import { SlicePool } from './slice-pool.ts'
import { NO_UNITS, UnitDesk, areUnitsFor, withoutFirst, type Units } from './unit-desk.ts'
import { waterFill, type Claim } from './water-fill.ts'

export type { Entitlement } from './holder-book.ts'

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
  /** The most that predecessors in office may have given in slices, all together; left out where slices never expire. */
  readonly slicesBefore?: Share
  /** Predecessors have given no slices but those that are inherited. */
  readonly areSlicesKnown?: boolean
  /** Fraction of the capacity that stays here for instant growth. */
  readonly spare: number
  /** What is left over is saved up here and handed out in lumps to who is short: always, or only where units are. */
  readonly lumps: 'always' | 'in_units'
  /** With less burst than this for each holder that is asked for something, whole units go to those who ask. */
  readonly leastBurst: number
  /** Growth, as a fraction, that is worth a message before the holder reports again. */
  readonly worthwhile: number
  /** Makes the books; left out, the {@link CommitLedger}. Simulations put a broken one in to see that it is noticed. */
  readonly newLedger?: () => Ledger
}

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

/** What one pass of {@link LeaseGrantor.allocate} goes by. */
interface Pass {
  readonly capacity: Capacity
  readonly nowMs: number
  readonly isPressed: boolean
  readonly isOvercommitted: boolean
  /** Fraction of the growth that everybody is due which there is room for. */
  readonly growth: number
  free: Share
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
    const pass = this.#begin(capacity, unknown, holders, targets, nowMs)
    const grants: LeaseGrant[] = []
    this.#visit(holders, targets, pass, grants, true)
    this.#visit(holders, targets, pass, grants, false)
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

  #begin(capacity: Capacity, unknown: Share, holders: readonly Holder[], targets: number[], nowMs: number): Pass {
    const taken = addShares(this.commit(), unknown)
    const free = subtractShare(capacity.share, taken)
    let growth = 0
    for (let index = 0; index < holders.length; index++) {
      growth += Math.max(0, (targets[index] ?? 0) - this.#heldBy(holders[index], nowMs).rate)
    }
    return {
      capacity,
      nowMs,
      isPressed: nowMs < this.#pressedUntilMs,
      isOvercommitted: !isWithin(taken, capacity.share),
      growth: growth > free.rate ? free.rate / growth : 1,
      free,
    }
  }

  /** Grants to those who give something back, or to all others. */
  #visit(
    holders: readonly Holder[],
    targets: readonly number[],
    pass: Pass,
    grants: LeaseGrant[],
    cuts: boolean,
  ): void {
    for (let index = 0; index < holders.length; index++) {
      const holder = holders[index]
      const target = targets[index] ?? 0
      if (!holder || target < holder.granted.rate !== cuts) continue
      const share = this.#shareFor(holder, target, pass)
      const lump = this.#areUnits.granted ? this.#unitsFor(holder, pass) : this.#lumpFor(holder, share, pass)
      const isWorthwhile = lump > 0 || holder.isOwedAnswer || this.#isMaterial(holder.granted.rate, share.rate, pass)
      if (!isWorthwhile) continue
      const kept = this.#areUnits.granted
        ? Math.min(this.#desk.unspentOf(holder, pass.nowMs), holder.committed.burst)
        : 0
      const grant = this.#grant(holder, { rate: share.rate, burst: Math.max(share.burst, kept + lump) }, lump, pass)
      if (grant && lump > 0) this.#desk.sent(holder, grant.seq, lump, pass.nowMs)
      if (grant) grants.push(grant)
    }
  }

  /** Towards the target as far as there is room. Small cuts are not worth an acknowledgement, unless somebody waits for them. */
  #shareFor(holder: Holder, target: number, { capacity, nowMs, free, growth, isOvercommitted }: Pass): Share {
    const { granted } = holder
    const held = this.#heldBy(holder, nowMs)
    const isSmallCut = target < granted.rate && !isOvercommitted && target > 0.95 * granted.rate
    const wanted = isSmallCut ? granted.rate : target
    const rate = wanted > held.rate ? held.rate + growth * (wanted - held.rate) : wanted
    return minShare({ rate, burst: burstFor(rate, capacity) }, addShares(held, free))
  }

  /** Whole units for calls that wait, or soon will. */
  #unitsFor(holder: Holder, { capacity: { share }, free, nowMs }: Pass): number {
    const room = this.#heldBy(holder, nowMs).burst + free.burst
    return this.#pot.take(this.#desk.unitsFor(holder, { room, level: this.#pot.level, share, nowMs }))
  }

  /** Units from the pot for who is short, as many as fit into its bucket: at least one, or it could do nothing with them. */
  #lumpFor(holder: Holder, share: Share, { free, nowMs }: Pass): number {
    if (this.#config.lumps !== 'always' || !holder.isOwedAnswer || totalOf(holder.latest.wants) <= share.rate) return 0
    const room = Math.max(1, share.burst) - Math.max(0, holder.latest.level)
    if (room < 1 || this.#pot.level < 1 || this.#heldBy(holder, nowMs).burst + free.burst < 1) return 0
    return this.#pot.take(Math.floor(room))
  }

  /** Worth a message that nobody asked for: somebody waits for it, and it is more than noise. */
  #isMaterial(before: number, after: number, { isOvercommitted, isPressed }: Pass): boolean {
    if (!isPressed && !isOvercommitted) return false
    if (after < before) return before - after > (isOvercommitted ? 0.002 : 0.05) * before
    return after - before > this.#config.worthwhile * after
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

  /** What a holder may have without more being out than is counted. */
  #heldBy(holder: Holder | undefined, nowMs: number): Share {
    if (!holder) return NO_SHARE
    return this.#setAside.isFree ? addShares(holder.committed, holder.reserved) : holder.ledger.commit(nowMs)
  }

  #grant(holder: Holder, share: Share, lump: number, pass: Pass): LeaseGrant | undefined {
    const { budget, incarnation, ttlMs, sliceTtlMs, drift } = this.#config
    const { nowMs, capacity } = pass
    const isPressed = pass.isPressed || pass.isOvercommitted
    const leaseMs = Math.min(ttlMs, (capacity.expiresMs - nowMs) / (1 + drift))
    if (!(leaseMs > 0)) return undefined
    const slice = this.#slices.sliceFor(holder, share, nowMs)
    const id = { epoch: this.#epoch, seq: ++this.#seq }
    // The holder counts from the sending of its report, which was before we heard it.
    const expiresMs = holder.heardMs + this.#slow(leaseMs)
    const sliceExpiresMs = Math.max(expiresMs, holder.heardMs + this.#slow(sliceTtlMs))
    holder.ledger.book({ id, anchor: holder.latest.seq, share, expiresMs, slice, sliceExpiresMs })
    const before = holder.committed
    this.#book.refresh(holder, nowMs)
    pass.free = subtractShare(pass.free, subtractShare(holder.committed, before))
    holder.isOwedAnswer = false
    holder.granted = share
    const { id: name, incarnation: receiver, latest } = holder
    const address = { budget, holder: name, incarnation: receiver, grantor: incarnation, anchor: latest.seq }
    return {
      ...id,
      ...address,
      share,
      ttlMs: leaseMs,
      slice,
      sliceTtlMs,
      lump,
      isPressed,
      isInUnits: this.#areUnits.granted,
      terms: capacity.terms,
    }
  }

  #slow(durationMs: number): number {
    return durationMs * (1 + this.#config.drift)
  }
}

/** The burst that goes with a rate: the same part of the whole. */
function burstFor(rate: number, { share }: Capacity): number {
  return share.rate > 0 ? (share.burst * rate) / share.rate : 0
}
