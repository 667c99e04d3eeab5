import type { CallTraits, OwnFacts, PriorityClass, Refusal } from '@spillway/call'
import type { MethodPolicy, RequestMessage } from '@spillway/contract'
import type { UnreadableReason } from './counts.ts'

/** What headers and request of a call say, whatever the time and what its peer does besides. */
export interface Findings {
  readonly policy: MethodPolicy
  /** The decoded first message, when the policy reads it and it could be read. */
  readonly request: RequestMessage | undefined
  /** What the request itself takes from the budget, where the messages of the answer are counted; else 0. */
  readonly input: number
  /** The peer may set class and tenant. When false, whatever it sent under our prefix is to be stripped. */
  readonly isTrusted: boolean
  /** Why the request could not be read, when the policy reads it and it could not. */
  readonly unreadable: UnreadableReason | undefined
  /** The class came from a trusted tag, not from the method's declaration. */
  readonly isInherited: boolean
}

/**
 * A call that may go on: its facts, and what later stages want to know besides. Good until the classifier is asked about
 * another call, which is written into the same object: take from it what is needed longer. Traits and findings are never
 * written again; calls that are alike share them.
 */
export interface Classified extends OwnFacts {
  readonly kind: 'classified'
  readonly traits: CallTraits
  readonly findings: Findings
  /** The class that the call would have, had its peer not had its share of it; undefined when it is not capped. */
  readonly cappedFrom: PriorityClass | undefined
}

/** What the classifier makes of a call. */
export type Classification =
  | Classified
  /** Strict mode: the peer claimed a class that it may not have. */
  | { readonly kind: 'refused'; readonly refusal: Refusal }
