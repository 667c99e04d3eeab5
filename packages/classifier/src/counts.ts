import type { FirstMessage } from './arrival.ts'

/** What a classifier has counted since it began. For metrics: read, never written, by others. */
export interface ClassifierCounts {
  /** Claims of a class by peers that may claim none. */
  readonly ignoredClaims: number
  /** Claims lowered to the most important class that the peer may have. */
  readonly clampedClaims: number
  /** Claims refused in strict mode. */
  readonly refusedClaims: number
  /** Calls moved out of the top class because their caller has its share already. */
  readonly cappedCalls: number
  /** Expressions that yielded no usable value; the default was used. Those that lack the request are not counted. */
  readonly failedExpressions: number
  /** Calls whose policy reads the request message, but could not. */
  readonly unreadableRequests: Readonly<Record<UnreadableReason, number>>
}

/** Why a request message could not be read. */
export type UnreadableReason = Extract<FirstMessage, { kind: 'unreadable' }>['reason']

/** The same, while counting. One may serve a classifier and those that replace it. */
export class Counts implements ClassifierCounts {
  ignoredClaims = 0
  clampedClaims = 0
  refusedClaims = 0
  cappedCalls = 0
  failedExpressions = 0
  readonly unreadableRequests = { too_large: 0, compressed: 0, malformed: 0, none: 0 }

  /** How often something was remarkable about a call's head. */
  get remarks(): number {
    return this.ignoredClaims + this.clampedClaims + this.refusedClaims + this.failedExpressions
  }
}
