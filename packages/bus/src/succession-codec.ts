import type {
  BudgetHandOver,
  HeldLease,
  RegionHandOver,
  SidecarCommitment,
  SuccessionMessage,
  VoterState,
} from '@spillway/budget'
import {
  MOST_ENTRIES,
  decode,
  isPlain,
  list,
  messageType,
  number,
  numbers,
  share,
  text,
  type Plain,
} from './wire-fields.ts'

const SuccessionType = messageType('Succession')

/** What processes of a region say of who follows its aggregator. */
export function encodeSuccession(message: SuccessionMessage): Uint8Array {
  const { kind, ...fields } = message
  switch (kind) {
    case 'offer':
      return SuccessionType.encode({ offer: fields }).finish()
    case 'claim':
      return SuccessionType.encode({ claim: fields }).finish()
    case 'hand_over':
      return SuccessionType.encode({ handOver: handOverEntry(message) }).finish()
  }
}

/** Reads such a message. Undefined when it is none. Values are not judged here: who is told refuses what makes no sense. */
export function decodeSuccession(bytes: Uint8Array): SuccessionMessage | undefined {
  const message = decode(SuccessionType, bytes)
  if (!message) return undefined
  const { offer, claim, handOver } = message
  if (isPlain(offer)) return { kind: 'offer', incarnation: text(offer['incarnation']), epoch: number(offer['epoch']) }
  if (isPlain(claim)) {
    return {
      kind: 'claim',
      incarnation: text(claim['incarnation']),
      heir: text(claim['heir']),
      seq: number(claim['seq']),
    }
  }
  return isPlain(handOver) ? handOverOf(handOver) : undefined
}

function handOverEntry(message: RegionHandOver): object {
  const budgets = message.budgets.map(({ above, ...rest }) => ({ ...rest, above: above && leaseEntry(above) }))
  return { ...message, budgets }
}

function leaseEntry({ sliceRemainingMs, ...rest }: HeldLease): object {
  return {
    ...rest,
    ...(sliceRemainingMs === Number.POSITIVE_INFINITY ? { isSliceForGood: true } : { sliceRemainingMs }),
  }
}

function handOverOf(entry: Plain): RegionHandOver | undefined {
  const budgets = list(entry['budgets'])
  if (budgets.length > MOST_ENTRIES || budgets.some((each) => list(each['holders']).length > MOST_ENTRIES))
    return undefined
  return {
    kind: 'hand_over',
    incarnation: text(entry['incarnation']),
    epoch: number(entry['epoch']),
    revision: number(entry['revision']),
    heir: text(entry['heir']),
    anchor: number(entry['anchor']),
    officeMs: number(entry['officeMs']),
    voter: voterOf(isPlain(entry['voter']) ? entry['voter'] : {}),
    budgets: budgets.map(budgetOf),
  }
}

function voterOf(entry: Plain): VoterState {
  return {
    promisedTo: text(entry['promisedTo']),
    round: number(entry['round']),
    forMs: number(entry['forMs']),
    isToLeader: entry['isToLeader'] === true,
    left: text(entry['left']),
    leftForMs: number(entry['leftForMs']),
    epoch: number(entry['epoch']),
    otherEpoch: number(entry['otherEpoch']),
  }
}

function budgetOf(entry: Plain): BudgetHandOver {
  return {
    budget: text(entry['budget']),
    above: isPlain(entry['above']) ? leaseOf(entry['above']) : undefined,
    unknownSlices: share(entry['unknownSlices']),
    areSlicesKnown: entry['areSlicesKnown'] === true,
    holders: list(entry['holders']).map(commitmentOf),
  }
}

function leaseOf(entry: Plain): HeldLease {
  return {
    incarnation: text(entry['incarnation']),
    lastSeq: number(entry['lastSeq']),
    epoch: number(entry['epoch']),
    seq: number(entry['seq']),
    grantor: text(entry['grantor']),
    share: share(entry['share']),
    remainingMs: number(entry['remainingMs']),
    slice: share(entry['slice']),
    sliceRemainingMs: entry['isSliceForGood'] === true ? Number.POSITIVE_INFINITY : number(entry['sliceRemainingMs']),
    isPressed: entry['isPressed'] === true,
    isInUnits: entry['isInUnits'] === true,
  }
}

function commitmentOf(entry: Plain): SidecarCommitment {
  return {
    holder: text(entry['holder']),
    incarnation: text(entry['incarnation']),
    seq: number(entry['seq']),
    wants: numbers(entry['wants']),
    returned: number(entry['returned']),
    share: share(entry['share']),
    remainingMs: number(entry['remainingMs']),
    slice: share(entry['slice']),
    sliceRemainingMs: number(entry['sliceRemainingMs']),
  }
}
