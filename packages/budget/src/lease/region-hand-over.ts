import { isAmount, isCount, isSaneShare, type GrantId } from './message.ts'
import type { RegionLeave } from './office.ts'
import type { Share } from './share.ts'
import type { VoterState } from './voter.ts'

/**
 * What the processes of a region say to each other when its aggregator is to leave: it offers its office, who would take it claims
 * it, and one of them gets it, with all that is out.
 */
export type SuccessionMessage = SuccessionOffer | SuccessionClaim | RegionHandOver

/** The aggregator means to leave, and goes on until somebody claims its office. */
export interface SuccessionOffer {
  readonly kind: 'offer'
  /** Of the aggregator's process. */
  readonly incarnation: string
  readonly epoch: number
}

/** A candidate would take that office over. */
export interface SuccessionClaim {
  readonly kind: 'claim'
  /** Of the aggregator's process. */
  readonly incarnation: string
  /** The candidate's own incarnation. */
  readonly heir: string
  /** Counts the candidate's claims from 1: time counts from the sending of the one that is answered, on its clock. */
  readonly seq: number
}

/** The aggregator has left, and issues nothing any more. For one heir alone, which may use it once. */
export interface RegionHandOver extends RegionLeave {
  readonly kind: 'hand_over'
  readonly heir: string
  /** The claim that it answers. */
  readonly anchor: number
  /** For so long nobody else can have the office, in milliseconds from the anchor. */
  readonly officeMs: number
  /** What it has promised in the region's name to candidates for allocator. */
  readonly voter: VoterState
  readonly budgets: readonly BudgetHandOver[]
}

/** One budget as the aggregator leaves it. */
export interface BudgetHandOver {
  readonly budget: string
  /** The lease that the region has from the allocator; undefined before the first. */
  readonly above: HeldLease | undefined
  /** Slices that may be in force at sidecars which nobody has heard of. */
  readonly unknownSlices: Share
  /** There are none of those. */
  readonly areSlicesKnown: boolean
  readonly holders: readonly SidecarCommitment[]
}

/** A lease as its holder has it, for whoever goes on under the same name. */
export interface HeldLease extends GrantId {
  /** The holder's, which the heir goes on with. */
  readonly incarnation: string
  /** Number of the last report that was sent under it. */
  readonly lastSeq: number
  readonly grantor: string
  readonly share: Share
  /** From the anchor of the hand-over. */
  readonly remainingMs: number
  readonly slice: Share
  /** Infinity for a floor that is reserved for good. */
  readonly sliceRemainingMs: number
  readonly isPressed: boolean
  readonly isInUnits: boolean
}

/** What may be in force at one incarnation of a sidecar. */
export interface SidecarCommitment {
  readonly holder: string
  readonly incarnation: string
  /** Number of its newest report; 0 when it is not in touch, or another incarnation has taken its place. */
  readonly seq: number
  readonly wants: readonly number[]
  /** As that report says. */
  readonly returned: number
  /** The slice included. */
  readonly share: Share
  readonly remainingMs: number
  readonly slice: Share
  readonly sliceRemainingMs: number
}

/** The message makes sense in itself; see `isSaneReport`. */
export function isSaneSuccession(message: SuccessionMessage): boolean {
  if (message.incarnation === '') return false
  switch (message.kind) {
    case 'offer':
      return isCount(message.epoch)
    case 'claim':
      return message.heir !== '' && isCount(message.seq) && message.seq > 0
    case 'hand_over':
      return isSaneHandOver(message)
  }
}

function isSaneHandOver({ epoch, revision, officeMs, voter, budgets }: RegionHandOver): boolean {
  const { round, forMs, leftForMs, epoch: promised, otherEpoch } = voter
  const isSaneVoter = [round, promised, otherEpoch].every(isCount) && isAmount(forMs) && isAmount(leftForMs)
  return isCount(epoch) && isCount(revision) && isAmount(officeMs) && isSaneVoter && budgets.every(isSaneBudget)
}

function isSaneBudget({ above, unknownSlices, holders }: BudgetHandOver): boolean {
  return isSaneShare(unknownSlices) && (above === undefined || isSaneLease(above)) && holders.every(isSaneCommitment)
}

function isSaneLease({ incarnation, lastSeq, epoch, seq, ...held }: HeldLease): boolean {
  const { share, remainingMs, slice, sliceRemainingMs } = held
  return (
    incarnation !== '' &&
    [lastSeq, epoch, seq].every(isCount) &&
    isSaneShare(share) &&
    isSaneShare(slice) &&
    isAmount(remainingMs) &&
    (sliceRemainingMs === Number.POSITIVE_INFINITY || isAmount(sliceRemainingMs))
  )
}

function isSaneCommitment({ holder, incarnation, seq, wants, returned, ...held }: SidecarCommitment): boolean {
  const { share, remainingMs, slice, sliceRemainingMs } = held
  return (
    holder !== '' &&
    incarnation !== '' &&
    isCount(seq) &&
    wants.every(isAmount) &&
    isAmount(returned) &&
    isSaneShare(share) &&
    isSaneShare(slice) &&
    isAmount(remainingMs) &&
    isAmount(sliceRemainingMs)
  )
}
