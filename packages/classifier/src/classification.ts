import type { CallFacts, PriorityClass, Refusal, Status } from '@spillway/call'
import type { MethodPolicy, RequestMessage } from '@spillway/contract'
import type { UnreadableReason } from './counts.ts'

/**
 * A call that may go on: its facts, and what later stages want to know besides. Good until the classifier is asked about
 * another call, which is written into the same object: take from it what is needed longer.
 */
export interface Classified extends CallFacts {
  readonly kind: 'classified'
  readonly policy: MethodPolicy
  /** The decoded first message, when the policy reads it and it could be read. */
  readonly request: RequestMessage | undefined
  /** What the request itself takes from the budget, where the messages of the answer are counted; else 0. */
  readonly input: number
  /** The peer may set class and tenant. When false, whatever it sent under our prefix is to be stripped. */
  readonly isTrusted: boolean
  /** Why the request could not be read, when the policy reads it and it could not. */
  readonly unreadable: UnreadableReason | undefined
  /** The class that the call would have, had its peer not had its share of it; undefined when it is not capped. */
  readonly cappedFrom: PriorityClass | undefined
  /** The class came from a trusted tag, not from the method's declaration. */
  readonly isInherited: boolean
}

/** What the classifier makes of a call. */
export type Classification =
  | Classified
  /** Strict mode: the peer claimed a class that it may not have. */
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** The headers break gRPC: answer this status with this message, forward nothing. */
  | { readonly kind: 'malformed'; readonly status: Status; readonly message: string }
