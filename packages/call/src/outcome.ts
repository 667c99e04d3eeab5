import { Status } from './status.ts'

/**
 * What a call's end says about the upstream, in the words of Netflix's concurrency-limits widened by two.
 *
 * - `success`: the upstream did its work, be the answer an error of the caller's own making.
 * - `fault`: the upstream failed. Only this feeds the breaker's error count.
 * - `backpressure`: the upstream says that it is busy. Neutral for the breaker, a signal for the limit.
 * - `cancelled`: the caller went away, or gave too little time. Says nothing.
 * - `unsent`: the call never reached the upstream. Whoever took something for it takes it back and learns nothing.
 */
export type Outcome = 'success' | 'fault' | 'backpressure' | 'cancelled' | 'unsent'

/** What is known when a call that was forwarded ends. */
export interface CallEnd {
  /** The status that the upstream sent or that its failure maps to. */
  readonly status: Status
  /** The answer carried `spillway-origin`: another sidecar made the status, not the application behind it. */
  readonly isFromSidecar: boolean
  /** The answer asked for a delay before any retry, or for none at all. */
  readonly hasPushback: boolean
  /** The caller reset the call, lost its connection, or by its deadline had not taken what there was of the answer. */
  readonly isCancelledByCaller: boolean
  /** How long the upstream had between being sent the call and the end, in milliseconds. */
  readonly heldMs: number
  /** The most time that the caller's own deadline allowed for it, in milliseconds; Infinity without a deadline. */
  readonly allowedMs: number
}

/**
 * The outcome of a forwarded call.
 *
 * A caller's bad argument is a success of the upstream. DEADLINE_EXCEEDED is a fault only when the caller allowed at
 * least `patienceMs`: somebody's own tiny deadline proves nothing. RESOURCE_EXHAUSTED, and UNAVAILABLE with pushback,
 * are backpressure; a status that another sidecar made is never a fault of the application.
 */
export function outcomeOf(end: CallEnd, patienceMs: number): Outcome {
  if (end.isCancelledByCaller) return 'cancelled'
  switch (end.status) {
    case Status.RESOURCE_EXHAUSTED:
      return 'backpressure'
    case Status.UNAVAILABLE:
      return end.hasPushback || end.isFromSidecar ? 'backpressure' : 'fault'
    case Status.DEADLINE_EXCEEDED:
      if (end.isFromSidecar) return 'backpressure'
      return end.allowedMs < patienceMs ? 'cancelled' : 'fault'
    case Status.UNKNOWN:
    case Status.INTERNAL:
    case Status.DATA_LOSS:
      return 'fault'
    case Status.CANCELLED:
      return 'cancelled'
    default:
      return 'success'
  }
}
