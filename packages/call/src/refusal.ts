import type { PriorityClass } from './priority-class.ts'
import { Status } from './status.ts'

/**
 * A call that Spillway will not forward, as a value. `pushbackMs` tells the caller when to try again: milliseconds,
 * or {@link NEVER_RETRY}. The other facts go to the decision log and into the status details, never into the message.
 */
export type Refusal =
  | { readonly kind: 'budget_exhausted'; readonly pushbackMs: number; readonly budget: string }
  | {
      readonly kind: 'shed_overload'
      readonly pushbackMs: number
      readonly rank: PriorityClass
      readonly limit: number
      readonly queued: number
    }
  | {
      readonly kind: 'queue_timeout'
      readonly pushbackMs: number
      readonly rank: PriorityClass
      readonly waitedMs: number
    }
  | { readonly kind: 'deadline_infeasible'; readonly pushbackMs: number; readonly remainingMs: number }
  | { readonly kind: 'breaker_open'; readonly pushbackMs: number; readonly breaker: string }
  | { readonly kind: 'draining'; readonly pushbackMs: number }
  | { readonly kind: 'upstream_unreachable'; readonly pushbackMs: number; readonly upstream: string }
  | { readonly kind: 'priority_not_allowed'; readonly pushbackMs: number; readonly rank: PriorityClass }

/** The name of a refusal; also the metric label. */
export type RefusalKind = Refusal['kind']

/** The pushback that tells callers not to retry at all (gRFC A6: a negative value). */
export const NEVER_RETRY = -1

/** How one kind of refusal looks to the caller. */
export interface RefusalForm {
  readonly status: Status
  /** `ErrorInfo.reason`. */
  readonly reason: string
  /** `grpc-message`: generic, the same for every caller. ASCII without `%`, so that it needs no escaping. */
  readonly message: string
}

/** The one table of refusals. Statuses are defaults; a listener may map `shed_overload` to another. */
export const REFUSAL_FORMS: Readonly<Record<RefusalKind, RefusalForm>> = {
  budget_exhausted: { status: Status.RESOURCE_EXHAUSTED, reason: 'BUDGET_EXHAUSTED', message: 'rate budget is spent' },
  shed_overload: { status: Status.RESOURCE_EXHAUSTED, reason: 'SHED_OVERLOAD', message: 'shed under overload' },
  queue_timeout: {
    status: Status.RESOURCE_EXHAUSTED,
    reason: 'QUEUE_TIMEOUT',
    message: 'waited too long in the queue',
  },
  deadline_infeasible: {
    status: Status.DEADLINE_EXCEEDED,
    reason: 'DEADLINE_INFEASIBLE',
    message: 'the deadline cannot be met',
  },
  breaker_open: { status: Status.UNAVAILABLE, reason: 'BREAKER_OPEN', message: 'the circuit breaker is open' },
  draining: { status: Status.UNAVAILABLE, reason: 'DRAINING', message: 'the server is shutting down' },
  upstream_unreachable: {
    status: Status.UNAVAILABLE,
    reason: 'UPSTREAM_UNREACHABLE',
    message: 'the upstream cannot be reached',
  },
  priority_not_allowed: {
    status: Status.PERMISSION_DENIED,
    reason: 'PRIORITY_NOT_ALLOWED',
    message: 'the priority class is not allowed for this peer',
  },
}
