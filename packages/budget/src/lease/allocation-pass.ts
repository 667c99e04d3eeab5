import type { Capacity } from './capacity.ts'
import { totalOf } from './demand-news.ts'
import type { Holder, HolderBook } from './holder-book.ts'
import type { LeaseGrantorConfig } from './lease-grantor-config.ts'
import type { LeaseGrant } from './message.ts'
import type { Pot } from './pot.ts'
import type { SetAside } from './set-aside.ts'
import { NO_SHARE, addShares, isWithin, minShare, subtractShare, type Share } from './share.ts'
import type { SlicePool } from './slice-pool.ts'
import type { UnitDesk, Units } from './unit-desk.ts'

/** What a pass works on: all of it is its grantor's. */
export interface Ground {
  readonly config: LeaseGrantorConfig
  readonly epoch: number
  readonly book: HolderBook
  readonly setAside: SetAside
  readonly slices: SlicePool
  readonly pot: Pot
  readonly desk: UnitDesk
  readonly areUnits: Units
  /** There is not enough for everybody. */
  readonly isPressed: boolean
  /** Numbers the grants of the epoch. */
  readonly nextSeq: () => number
}

/**
 * One pass of a grantor over its holders: shares out what is free of a capacity, cuts first, and books each grant before it is
 * sent. Never grants more than is free, whatever the targets say (rule S2).
 */
export class AllocationPass {
  readonly #ground: Ground
  readonly #capacity: Capacity
  readonly #nowMs: number
  readonly #isOvercommitted: boolean
  #free: Share
  /** Fraction of the growth that everybody is due which there is room for. */
  #growth = 1

  constructor(ground: Ground, capacity: Capacity, nowMs: number) {
    this.#ground = ground
    this.#capacity = capacity
    this.#nowMs = nowMs
    const { book, setAside, slices } = ground
    const taken = addShares(addShares(book.committed, setAside.sum), slices.unknown)
    this.#isOvercommitted = !isWithin(taken, capacity.share)
    this.#free = subtractShare(capacity.share, taken)
  }

  /** What nobody holds; after {@link run}, what is left. */
  get free(): Share {
    return this.#free
  }

  /** The grants to send, given the rate that each holder is due. */
  run(holders: readonly Holder[], targets: readonly number[]): LeaseGrant[] {
    let growth = 0
    for (let index = 0; index < holders.length; index++) {
      growth += Math.max(0, (targets[index] ?? 0) - this.#heldBy(holders[index]).rate)
    }
    if (growth > this.#free.rate) this.#growth = this.#free.rate / growth
    const grants: LeaseGrant[] = []
    this.#visit(holders, targets, grants, true)
    this.#visit(holders, targets, grants, false)
    return grants
  }

  /** Grants to those who give something back, or to all others. */
  #visit(holders: readonly Holder[], targets: readonly number[], grants: LeaseGrant[], cuts: boolean): void {
    const { areUnits, desk } = this.#ground
    for (let index = 0; index < holders.length; index++) {
      const holder = holders[index]
      const target = targets[index] ?? 0
      if (!holder || target < holder.granted.rate !== cuts) continue
      const share = this.#shareFor(holder, target)
      const lump = areUnits.granted ? this.#unitsFor(holder) : this.#lumpFor(holder, share)
      const isWorthwhile = lump > 0 || holder.isOwedAnswer || this.#isMaterial(holder.granted.rate, share.rate)
      if (!isWorthwhile) continue
      const kept = areUnits.granted ? Math.min(desk.unspentOf(holder, this.#nowMs), holder.committed.burst) : 0
      const grant = this.#grant(holder, { rate: share.rate, burst: Math.max(share.burst, kept + lump) }, lump)
      if (grant && lump > 0) desk.sent(holder, grant.seq, lump, this.#nowMs)
      if (grant) grants.push(grant)
    }
  }

  /** Towards the target as far as there is room. Small cuts are not worth an acknowledgement, unless somebody waits for them. */
  #shareFor(holder: Holder, target: number): Share {
    const { granted } = holder
    const held = this.#heldBy(holder)
    const isSmallCut = target < granted.rate && !this.#isOvercommitted && target > 0.95 * granted.rate
    const wanted = isSmallCut ? granted.rate : target
    const rate = wanted > held.rate ? held.rate + this.#growth * (wanted - held.rate) : wanted
    return minShare({ rate, burst: burstFor(rate, this.#capacity) }, addShares(held, this.#free))
  }

  /** Whole units for calls that wait, or soon will. */
  #unitsFor(holder: Holder): number {
    const { pot, desk } = this.#ground
    const room = this.#heldBy(holder).burst + this.#free.burst
    const { share } = this.#capacity
    return pot.take(desk.unitsFor(holder, { room, level: pot.level, share, nowMs: this.#nowMs }))
  }

  /** Units from the pot for who is short, as many as fit into its bucket: at least one, or it could do nothing with them. */
  #lumpFor(holder: Holder, share: Share): number {
    const { config, pot } = this.#ground
    if (config.lumps !== 'always' || !holder.isOwedAnswer || totalOf(holder.latest.wants) <= share.rate) return 0
    const room = Math.max(1, share.burst) - Math.max(0, holder.latest.level)
    if (room < 1 || pot.level < 1 || this.#heldBy(holder).burst + this.#free.burst < 1) return 0
    return pot.take(Math.floor(room))
  }

  /** Worth a message that nobody asked for: somebody waits for it, and it is more than noise. */
  #isMaterial(before: number, after: number): boolean {
    if (!this.#ground.isPressed && !this.#isOvercommitted) return false
    if (after < before) return before - after > (this.#isOvercommitted ? 0.002 : 0.05) * before
    return after - before > this.#ground.config.worthwhile * after
  }

  #grant(holder: Holder, share: Share, lump: number): LeaseGrant | undefined {
    const { config, epoch, book, slices, areUnits, isPressed } = this.#ground
    const { budget, incarnation: grantor, ttlMs, sliceTtlMs, drift } = config
    const nowMs = this.#nowMs
    const { expiresMs: endMs, terms } = this.#capacity
    const leaseMs = Math.min(ttlMs, (endMs - nowMs) / (1 + drift))
    if (!(leaseMs > 0)) return undefined
    const slice = slices.sliceFor(holder, share, nowMs)
    const id = { epoch, seq: this.#ground.nextSeq() }
    const anchor = holder.latest.seq
    // The holder counts from the sending of its report, which was before we heard it.
    const expiresMs = holder.heardMs + leaseMs * (1 + drift)
    const sliceExpiresMs = Math.max(expiresMs, holder.heardMs + sliceTtlMs * (1 + drift))
    holder.ledger.book({ id, anchor, share, expiresMs, slice, sliceExpiresMs })
    const before = holder.committed
    book.refresh(holder, nowMs)
    this.#free = subtractShare(this.#free, subtractShare(holder.committed, before))
    holder.isOwedAnswer = false
    holder.granted = share
    return {
      ...id,
      budget,
      holder: holder.id,
      incarnation: holder.incarnation,
      grantor,
      anchor,
      share,
      ttlMs: leaseMs,
      slice,
      sliceTtlMs,
      lump,
      isPressed: isPressed || this.#isOvercommitted,
      isInUnits: areUnits.granted,
      terms,
    }
  }

  /** What a holder may have without more being out than is counted. */
  #heldBy(holder: Holder | undefined): Share {
    if (!holder) return NO_SHARE
    return this.#ground.setAside.isFree
      ? addShares(holder.committed, holder.reserved)
      : holder.ledger.commit(this.#nowMs)
  }
}

/** The burst that goes with a rate: the same part of the whole. */
function burstFor(rate: number, { share }: Capacity): number {
  return share.rate > 0 ? (share.burst * rate) / share.rate : 0
}
