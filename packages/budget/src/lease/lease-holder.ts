import type { Clock } from '@spillway/clock'
import { isSaneGrant, type Ceiling, type GrantId, type LeaseGrant, type LeaseReport } from './message.ts'
import type { Capacity } from './capacity.ts'
import type { HeldLease } from './region-hand-over.ts'
import { SendLog, type SendTime } from './send-log.ts'
import { NO_SHARE, isWithin, maxShare, minShare, type Share } from './share.ts'
import type { TermsInForce } from './terms.ts'

/** What a holder must be told. */
export interface LeaseHolderConfig {
  readonly budget: string
  readonly holder: string
  readonly incarnation: string
  /** Largest relative difference between the rates of any two clocks (ρ); 0.02 by default. */
  readonly drift: number
}

/** What became of a grant that came in. Only `applied` changed anything. */
export type Acceptance =
  | 'applied'
  /** Not newer than what is in force: doubled or late. So is all that comes after the end. */
  | 'stale'
  /** Two grantors claim the same epoch: somebody must be told. */
  | 'fenced'
  /** It answers a report that is forgotten, or was never sent. */
  | 'unanchored'
  /** For another holder, budget or incarnation. */
  | 'foreign'
  /** A number in it makes no sense. */
  | 'malformed'

interface Lease {
  readonly id: GrantId
  readonly grantor: string
  readonly share: Share
  readonly slice: Share
  /** What is in force until when on both of the holder's clocks; it ends with the first of them. */
  readonly untilMs: number
  readonly untilWallMs: number
  readonly sliceUntilMs: number
  readonly sliceUntilWallMs: number
  readonly isPressed: boolean
  readonly isInUnits: boolean
  readonly terms: TermsInForce | undefined
}

/**
 * The holder's side of a lease on one budget: decides what is in force here and now.
 *
 * Rules: expiry is anchored at the holder's own sending of the report that the grant answers (S1); grants are ordered by
 * epoch and sequence, and a second grantor of the same epoch is refused (S3); what is given up is given up before it is
 * reported, and not taken back from a grant that does not know of it (S9); a lease is over when either the monotonic or the wall clock says so (S10).
 */
export class LeaseHolder {
  readonly #config: LeaseHolderConfig
  readonly #clock: Clock
  readonly #sent: SendLog
  #lease: Lease | undefined
  #hasEnded = false
  /** Something was given up since the newest grant, and no report has said so. */
  #hasReleased = false
  #ceiling: Ceiling | undefined
  #highestEpoch = 0
  #mostSlice: Share = { rate: Number.POSITIVE_INFINITY, burst: Number.POSITIVE_INFINITY }

  /**
   * Goes on with a lease that somebody else had under this name and incarnation until it said so: from `since` on, when this one
   * asked for it.
   */
  constructor(config: LeaseHolderConfig, clock: Clock, held?: HeldLease, since?: SendTime) {
    this.#config = config
    this.#clock = clock
    this.#sent = new SendLog(clock, held?.lastSeq)
    if (held && since) this.#goOn(held, since)
  }

  /** The lease for whoever goes on with it; undefined before the first. This one must not report any more, nor take a grant. */
  get held(): HeldLease | undefined {
    const lease = this.#lease
    if (!lease) return undefined
    const { id, grantor, slice, isPressed, isInUnits } = lease
    const nowMs = this.#clock.nowMs()
    const wallMs = this.#clock.wallMs()
    return {
      ...id,
      incarnation: this.#config.incarnation,
      lastSeq: this.#sent.lastSeq,
      grantor,
      share: lease.share,
      remainingMs: Math.max(0, Math.min(lease.untilMs - nowMs, lease.untilWallMs - wallMs)),
      slice,
      sliceRemainingMs: Math.max(0, Math.min(lease.sliceUntilMs - nowMs, lease.sliceUntilWallMs - wallMs)),
      isPressed,
      isInUnits,
    }
  }

  /** What is in force now: the leased share, after its end the slice, then nothing. */
  get force(): Share {
    return this.forceAt(this.#clock.nowMs(), this.#clock.wallMs())
  }

  /** As {@link force}, for a moment that the caller has read from the holder's clocks. Allocates nothing. */
  forceAt(nowMs: number, wallMs: number): Share {
    const lease = this.#lease
    if (!lease) return NO_SHARE
    if (nowMs < lease.untilMs && wallMs < lease.untilWallMs) return lease.share
    return nowMs < lease.sliceUntilMs && wallMs < lease.sliceUntilWallMs ? lease.slice : NO_SHARE
  }

  /**
   * How long from a moment, read as for {@link forceAt}, what is in force then stays so by both clocks: until the first of them
   * says otherwise. Infinity where nothing will change, not above 0 where a change is overdue. Allocates nothing.
   */
  remainingMs(nowMs: number, wallMs: number): number {
    const lease = this.#lease
    if (!lease) return Number.POSITIVE_INFINITY
    const leaseMs = Math.min(lease.untilMs - nowMs, lease.untilWallMs - wallMs)
    return leaseMs > 0 ? leaseMs : Math.min(lease.sliceUntilMs - nowMs, lease.sliceUntilWallMs - wallMs)
  }

  /**
   * What is in force, for how long on the monotonic clock, and what of it stays when that is over. Before the first grant nothing is,
   * not even for a moment: whoever lends it on has to be silent, for a grant of nothing takes from its holder what it has.
   */
  get capacity(): Capacity {
    const nowMs = this.#clock.nowMs()
    const wallMs = this.#clock.wallMs()
    const expiresMs = this.#lease ? nowMs + this.remainingMs(nowMs, wallMs) : nowMs
    return {
      share: this.forceAt(nowMs, wallMs),
      expiresMs,
      isInUnits: this.isInUnits,
      pool: this.slice,
      terms: this.#lease?.terms,
    }
  }

  /** The lease ran out and no newer grant came, or this has ended. */
  get isCutOff(): boolean {
    const lease = this.#lease
    return !lease || this.#hasEnded || this.#clock.nowMs() >= lease.untilMs || this.#clock.wallMs() >= lease.untilWallMs
  }

  /** No grant has ever come. */
  get isStarting(): boolean {
    return this.#lease === undefined
  }

  /** The grantor has not enough for everybody: report often, and {@link release} what is not needed. */
  get isPressed(): boolean {
    return this.#lease?.isPressed ?? false
  }

  /** The terms of the whole budget, as of the newest grant; undefined before the first. */
  get terms(): TermsInForce | undefined {
    return this.#lease?.terms
  }

  /** Whole units are to be asked for: the budget is smaller than the fleet. */
  get isInUnits(): boolean {
    return this.#lease?.isInUnits ?? false
  }

  /** Highest epoch ever seen: what a successor of the grantor must exceed. */
  get highestEpoch(): number {
    return this.#highestEpoch
  }

  /** What stays in force when the lease runs out. Never {@link release}d. */
  get slice(): Share {
    return this.#lease?.slice ?? NO_SHARE
  }

  /** Gives up what exceeds `kept` and the slice, at once. The next report tells the grantor. Cannot raise anything. */
  release(kept: Share): void {
    const lease = this.#lease
    if (!lease) return
    const share = minShare(lease.share, maxShare(kept, lease.slice))
    // Units that are on their way are for a call: they must not be lost with what was given up before.
    if (!lease.isInUnits && !isWithin(lease.share, share)) this.#hasReleased = true
    this.#lease = { ...lease, share }
  }

  /** Ends this incarnation: nothing is in force from now on, no grant is taken any more, and the next report says so. */
  end(): void {
    this.#hasEnded = true
    if (this.#lease) this.#lease = { ...this.#lease, share: NO_SHARE, slice: NO_SHARE }
  }

  /** No slice may exceed this from now on, whatever is or was granted: the holder's own configuration says so. */
  limitSlice(most: Share): void {
    this.#mostSlice = most
    if (this.#lease) this.#lease = { ...this.#lease, slice: minShare(this.#lease.slice, most) }
  }

  /**
   * The next report, to be sent right now: its send time anchors the grant that answers it. `lentOut` is what a holder that
   * lends on has not clawed back yet, `slicesOut` the slices among it: a cut is not reported before it is real (S6).
   */
  report(
    state: Pick<LeaseReport, 'used' | 'wants' | 'level' | 'asks' | 'returned' | 'terms'>,
    lentOut: Share = NO_SHARE,
    slicesOut: Share = NO_SHARE,
  ): LeaseReport {
    const { budget, holder, incarnation } = this.#config
    const lease = this.#lease
    const seq = this.#sent.next()
    const force = maxShare(this.force, maxShare(lentOut, slicesOut))
    if (this.#hasReleased) this.#ceiling = { before: seq, share: force }
    this.#hasReleased = false
    return {
      budget,
      holder,
      incarnation,
      seq,
      ack: lease?.id,
      force,
      slice: maxShare(lease?.slice ?? NO_SHARE, slicesOut),
      ...state,
      ...(this.#ceiling && { ceiling: this.#ceiling }),
      ...(this.#hasEnded && { isFinal: true as const }),
    }
  }

  /** Takes a grant in, or says why not. */
  accept(grant: LeaseGrant): Acceptance {
    const refusal = this.#refusalOf(grant)
    if (refusal) return refusal
    const sentAt = this.#sent.sentAt(grant.anchor)
    if (!sentAt) return 'unanchored'
    this.#highestEpoch = Math.max(this.#highestEpoch, grant.epoch)
    const share = this.#underCeiling(grant)
    const { epoch, seq, grantor, isPressed, isInUnits, terms } = grant
    const heldMs = grant.ttlMs * (1 - this.#config.drift)
    const sliceMs = grant.sliceTtlMs * (1 - this.#config.drift)
    this.#lease = {
      id: { epoch, seq },
      grantor,
      share,
      slice: minShare(grant.slice, this.#mostSlice),
      untilMs: sentAt.monotonicMs + heldMs,
      untilWallMs: sentAt.wallMs + heldMs,
      sliceUntilMs: sentAt.monotonicMs + sliceMs,
      sliceUntilWallMs: sentAt.wallMs + sliceMs,
      isPressed,
      isInUnits,
      terms,
    }
    return 'applied'
  }

  /** What the grant gives, less what was given up when its grantor could not know of that yet. */
  #underCeiling({ anchor, share, slice }: LeaseGrant): Share {
    this.#hasReleased = false
    if (this.#ceiling === undefined || anchor >= this.#ceiling.before) {
      this.#ceiling = undefined
      return share
    }
    return minShare(share, maxShare(this.#ceiling.share, slice))
  }

  #goOn(held: HeldLease, { monotonicMs, wallMs }: SendTime): void {
    const { epoch, seq, grantor, share, remainingMs, slice, sliceRemainingMs, isPressed, isInUnits } = held
    const heldMs = remainingMs * (1 - this.#config.drift)
    const sliceMs = sliceRemainingMs * (1 - this.#config.drift)
    this.#highestEpoch = epoch
    this.#lease = {
      id: { epoch, seq },
      grantor,
      share,
      slice,
      isPressed,
      isInUnits,
      untilMs: monotonicMs + heldMs,
      untilWallMs: wallMs + heldMs,
      sliceUntilMs: monotonicMs + sliceMs,
      sliceUntilWallMs: wallMs + sliceMs,
      terms: undefined,
    }
  }

  #refusalOf(grant: LeaseGrant): Acceptance | undefined {
    const { budget, holder, incarnation } = this.#config
    if (!isSaneGrant(grant)) return 'malformed'
    if (grant.budget !== budget || grant.holder !== holder || grant.incarnation !== incarnation) return 'foreign'
    const held = this.#lease
    if (held && grant.epoch === held.id.epoch && grant.grantor !== held.grantor) return 'fenced'
    if (grant.epoch < this.#highestEpoch || this.#hasEnded) return 'stale'
    if (held && grant.epoch === held.id.epoch && grant.seq <= held.id.seq) return 'stale'
    return undefined
  }
}
