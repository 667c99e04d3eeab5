import { NO_DEADLINE, type Deadline } from './deadline.ts'
import { PriorityClass, levelOf } from './priority-class.ts'
import type { Refusal } from './refusal.ts'

/** Who sent a call, as far as the connection proves it. */
export interface Peer {
  /** `app`: our own service over loopback or a unix socket. `identity`: a verified mTLS name. `anonymous`: anyone else. */
  readonly kind: 'app' | 'identity' | 'anonymous'
  /** One name for each distinct peer: the verified name, else the remote address without its port. */
  readonly id: string
}

/** Learns how a call that had to wait went on. Implemented by whoever entered the call into the gates. */
export interface Waiter {
  /** The wait is over: the call may proceed (undefined) or is refused. Called at most once, never from inside `enter`. */
  decided(refusal: Refusal | undefined): void
}

/** What is known of a call before it is decided on. */
export interface CallFacts {
  /** `/package.Service/Method`. */
  readonly path: string
  /** Name of the upstream it is for: `app` for inbound calls. */
  readonly upstream: string
  readonly peer: Peer
  readonly rank: PriorityClass
  readonly cohort: number
  /** Fairness key; empty when there is none. */
  readonly tenant: string
  /** What the call takes from its budget when it is let in, in the budget's unit. */
  readonly cost: number
  /** What the call takes from the concurrency limit. */
  readonly seats: number
  /** Name of the budget it is charged to; empty for none. */
  readonly budget: string
  readonly deadlineMs: Deadline
  /** Retrying or repeating it does no harm: declared `IDEMPOTENT` or `NO_SIDE_EFFECTS`. */
  readonly isIdempotent: boolean
  /** 0 for the first attempt (`grpc-previous-rpc-attempts`). */
  readonly attempt: number
  /** How long it may wait for a seat, in milliseconds; undefined leaves it to its class. */
  readonly maxWaitMs: number | undefined
  /** Bytes that we hold for it while it waits: header fields and what arrived of the first message. */
  readonly heldBytes: number
  /** Monotonic time at which its headers were complete. */
  readonly arrivedMs: number
}

/**
 * One call on its way through the gates. A class, so that every call has the same shape in the engine's eyes.
 * The fields after the facts belong to one owner each, named beside them; others only read them.
 */
export class Call implements CallFacts {
  readonly path: string
  readonly upstream: string
  readonly peer: Peer
  readonly rank: PriorityClass
  readonly cohort: number
  readonly level: number
  readonly tenant: string
  readonly cost: number
  readonly seats: number
  readonly budget: string
  readonly deadlineMs: Deadline
  readonly isIdempotent: boolean
  readonly attempt: number
  readonly maxWaitMs: number | undefined
  readonly heldBytes: number
  readonly arrivedMs: number
  /** Told when a wait ends. */
  readonly waiter: Waiter

  /** Owned by `Gates`: how many gates the call is in, counted from the first. */
  gatesEntered = 0
  /** Owned by `Gates`: the last gate entered made the call wait. */
  isWaiting = false
  /** Owned by the `breaker` gate: which opening, which probe; 0 for none. */
  breakerTicket = 0
  /** Owned by the `budget` gate: what was taken, to be given back. */
  budgetTaken = 0
  /** Owned by the `budget` gate: when it was taken, in monotonic time. */
  budgetTakenMs = 0
  /** Owned by gates in shadow mode: which of them the gate inside has let the call into, a bit for each. */
  shadowsEntered = 0
  /** Owned by whoever reads the answer: what the call has spent of its budget so far; negative while nobody knows. */
  spent = -1
  /** Owned by the `admission` gate: the call's place in the queue or its seat; null for neither. */
  place: object | null = null

  constructor(facts: CallFacts, waiter: Waiter) {
    this.path = facts.path
    this.upstream = facts.upstream
    this.peer = facts.peer
    this.rank = facts.rank
    this.cohort = facts.cohort
    this.level = levelOf(facts.rank, facts.cohort)
    this.tenant = facts.tenant
    this.cost = facts.cost
    this.seats = facts.seats
    this.budget = facts.budget
    this.deadlineMs = facts.deadlineMs
    this.isIdempotent = facts.isIdempotent
    this.attempt = facts.attempt
    this.maxWaitMs = facts.maxWaitMs
    this.heldBytes = facts.heldBytes
    this.arrivedMs = facts.arrivedMs
    this.waiter = waiter
  }
}

/** The facts of a plain call, to be overridden: what the classifier and tests start from. */
export const defaultCallFacts: CallFacts = {
  path: '/',
  upstream: 'app',
  peer: { kind: 'anonymous', id: '' },
  rank: PriorityClass.standard,
  cohort: 0,
  tenant: '',
  cost: 1,
  seats: 1,
  budget: '',
  deadlineMs: NO_DEADLINE,
  isIdempotent: false,
  attempt: 0,
  maxWaitMs: undefined,
  heldBytes: 0,
  arrivedMs: 0,
}
