import type { Leave } from './office.ts'
import type { Share } from './share.ts'
import type { TermsInForce, TermsReport } from './terms.ts'

/**
 * What a holder tells its grantor, for one budget. Absolute state, never a change: a report that is lost, doubled or late
 * does no harm.
 */
export interface LeaseReport {
  readonly budget: string
  readonly holder: string
  /** Chosen anew whenever the holder's process starts. */
  readonly incarnation: string
  /** Counts this incarnation's reports from 1. A grant names the report that it answers. */
  readonly seq: number
  /** The newest grant in force, or none. */
  readonly ack: GrantId | undefined
  /** What is in force: at most what the acknowledged grant gave, less what was given up since. */
  readonly force: Share
  /** The part that stays in force when the lease runs out. */
  readonly slice: Share
  /** Units admitted since the incarnation began. Metering only. */
  readonly used: number
  /** Units per second that callers ask for, by tier, most important first; refused ones included, retries not. */
  readonly wants: readonly number[]
  /** Units saved up; of who lends on and has no rate of its own, with all that may be unspent below. */
  readonly level: number
  /** Units that were granted and given back unspent since the incarnation began: the grantor may grant them again. */
  readonly returned: number
  /** Units that calls wait for at this very moment, by tier; only where the grants are in units. */
  readonly asks: readonly number[]
  /**
   * The incarnation has ended: it admits nothing any more and takes no grant, so that nothing of all that it was ever granted is in
   * force. It stopped before it said so (S9).
   */
  readonly isFinal?: true | undefined
  /** What has been given up stays so, whatever is on its way; left out, nothing was since the newest grant that knew of it. */
  readonly ceiling?: Ceiling | undefined
  /** From regions only: how they are configured. */
  readonly terms?: TermsReport | undefined
}

/**
 * What a holder has given up, as a promise about grants that were made before the grantor could know of it (S9): none of those will
 * bring it back. Said in every report until a grant has come that knows of it.
 */
export interface Ceiling {
  /** It holds for grants that answer a report before this one. */
  readonly before: number
  /** The most that such a grant puts in force, but for its slice. */
  readonly share: Share
}

/** Names one grant among all of its grantor's. */
export interface GrantId {
  readonly epoch: number
  readonly seq: number
}

/** What a grantor gives a holder, for one budget. Replaces every older grant. */
export interface LeaseGrant extends GrantId {
  readonly budget: string
  readonly holder: string
  /** The incarnation of the holder that it is for. */
  readonly incarnation: string
  /** The incarnation of the grantor that made it. */
  readonly grantor: string
  /** The holder's report that it answers: expiry counts from the sending of that report, on the holder's clock. */
  readonly anchor: number
  readonly share: Share
  /** How long the share holds, in milliseconds from the anchor. */
  readonly ttlMs: number
  /** Part of the share that stays in force for `sliceTtlMs` even when no later grant comes. */
  readonly slice: Share
  /** Infinity for a floor that is reserved for good. */
  readonly sliceTtlMs: number
  /** Units to add once, out of the grantor's own bucket; 0 for none. */
  readonly lump: number
  /** There is not enough for everybody: report more often, and give up at once what is not needed. */
  readonly isPressed: boolean
  /** The budget is smaller than the fleet: whole units go to those who ask. */
  readonly isInUnits: boolean
  /** The terms of the whole budget; undefined while the grantor knows none. */
  readonly terms?: TermsInForce | undefined
}

/** What an allocator that leaves office still has out, for whoever follows it. */
export interface HandOver extends Leave {
  readonly commitments: readonly Commitment[]
}

/** What may be in force at a holder, and for how long. */
export interface Commitment {
  readonly budget: string
  readonly holder: string
  readonly incarnation: string
  readonly share: Share
  readonly remainingMs: number
}

/** Largest rate, burst or demand that a message may name. What is larger is a mistake or an attack. */
const LARGEST = 1e15

/** More regions in one report are a mistake or an attack. */
const MOST_REGIONS = 4_096

/** The message makes sense in itself: every number finite, not negative, not absurd. */
export function isSaneReport(report: LeaseReport): boolean {
  return (
    isCount(report.seq) &&
    report.seq > 0 &&
    (report.ack === undefined || isSaneGrantId(report.ack)) &&
    isSaneShare(report.force) &&
    isSaneShare(report.slice) &&
    isAmount(report.used) &&
    report.wants.every(isAmount) &&
    isAmount(report.returned) &&
    report.asks.every(isAmount) &&
    Math.abs(report.level) <= LARGEST &&
    (report.ceiling === undefined || isSaneCeiling(report.ceiling, report.seq)) &&
    (report.terms === undefined || isSaneTerms(report.terms))
  )
}

/** As {@link isSaneReport}, for the name of a grant. */
export function isSaneGrantId({ epoch, seq }: GrantId): boolean {
  return isCount(epoch) && isCount(seq)
}

/** Order of grants (rule S3): by epoch, then by sequence. Negative when `one` is older. */
export function compareGrants(one: GrantId, other: GrantId): number {
  return one.epoch - other.epoch || one.seq - other.seq
}

/** Nobody can have promised anything in a report that was not sent yet. */
function isSaneCeiling({ before, share }: Ceiling, seq: number): boolean {
  return isCount(before) && before <= seq && isSaneShare(share)
}

function isSaneTerms({ whole, floor, reserved }: TermsReport): boolean {
  const isWhole = isSaneShare(whole) && whole.rate > 0 && whole.burst > 0
  return isWhole && isSaneShare(floor) && reserved.size <= MOST_REGIONS && [...reserved.values()].every(isSaneShare)
}

/** As {@link isSaneReport}, for what a predecessor hands over. */
export function isSaneHandOver({ incarnation, epoch, commitments }: HandOver): boolean {
  return (
    incarnation !== '' &&
    isCount(epoch) &&
    commitments.every(({ share, remainingMs }) => isSaneShare(share) && isAmount(remainingMs))
  )
}

/** As {@link isSaneReport}, for grants. */
export function isSaneGrant(grant: LeaseGrant): boolean {
  return (
    isCount(grant.epoch) &&
    isCount(grant.seq) &&
    isCount(grant.anchor) &&
    isSaneShare(grant.share) &&
    isSaneShare(grant.slice) &&
    grant.slice.rate <= grant.share.rate &&
    grant.slice.burst <= grant.share.burst &&
    isAmount(grant.ttlMs) &&
    (grant.sliceTtlMs === Number.POSITIVE_INFINITY || isAmount(grant.sliceTtlMs)) &&
    isAmount(grant.lump) &&
    (grant.terms === undefined || (isCount(grant.terms.epoch) && isSaneShare(grant.terms.whole)))
  )
}

/** Neither part is negative, nor absurd. */
export function isSaneShare(share: Share): boolean {
  return isAmount(share.rate) && isAmount(share.burst)
}

/** A finite number from 0 to {@link LARGEST}. */
export function isAmount(value: number): boolean {
  return value >= 0 && value <= LARGEST
}

/** A whole number from 0 up that is exact. */
export function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}
