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

/** What is known of a call before it is decided on, and is the same for all calls like it. */
export interface SharedFacts {
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
  /** Retrying or repeating it does no harm: declared `IDEMPOTENT` or `NO_SIDE_EFFECTS`. */
  readonly isIdempotent: boolean
  /** 0 for the first attempt (`grpc-previous-rpc-attempts`). */
  readonly attempt: number
  /** How long it may wait for a seat, in milliseconds; undefined leaves it to its class. */
  readonly maxWaitMs: number | undefined
}

/** What is known of one call before it is decided on. */
export interface OwnFacts {
  readonly deadlineMs: Deadline
  /** Bytes that we hold for it while it waits: header fields and what arrived of the first message. */
  readonly heldBytes: number
}

/** All that is known of a call before it is decided on. */
export interface CallFacts extends SharedFacts, OwnFacts {}

/**
 * The shared facts of calls, once for all that are alike. The fields after the facts belong to one owner each, named beside
 * them, and keep what it has looked up for such calls, null for nothing; the owner knows by itself whether that still stands.
 */
export class CallTraits implements SharedFacts {
  readonly path: string
  readonly upstream: string
  readonly peer: Peer
  readonly rank: PriorityClass
  readonly cohort: number
  /** Class and cohort in one number; see `levelOf`. */
  readonly level: number
  readonly tenant: string
  readonly cost: number
  readonly seats: number
  readonly budget: string
  readonly isIdempotent: boolean
  readonly attempt: number
  readonly maxWaitMs: number | undefined

  /** Owned by the `breaker` gate: the breaker that they pass. */
  breaker: object | null = null
  /** Owned by the `breaker` gate: what it counts of their peer. */
  peerCounts: object | null = null
  /** Owned by the `admission` gate: how long calls of their method take. */
  serviceTime: object | null = null
  /** Owned by whoever enters them into the gates. */
  note: object | null = null

  constructor(facts: SharedFacts) {
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
    this.isIdempotent = facts.isIdempotent
    this.attempt = facts.attempt
    this.maxWaitMs = facts.maxWaitMs
  }

  /** The same with these facts changed. */
  with(changed: Partial<SharedFacts>): CallTraits {
    return new CallTraits(Object.assign<object, SharedFacts, Partial<SharedFacts>>({}, this, changed))
  }
}

/**
 * One call on its way through the gates. Small, as there is one for every call: what it has in common with others is in its
 * traits. The fields after the facts belong to one owner each, named beside them; others only read them.
 */
export class Call implements CallFacts {
  readonly traits: CallTraits
  readonly deadlineMs: Deadline
  readonly heldBytes: number
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
  /** Owned by the `admission` gate: the call's place in the queue or on its seats; null for neither. */
  place: object | null = null
  /** Owned by the `admission` gate: since when it holds its seats, in monotonic time. */
  seatedMs = 0

  /** A call like others of those traits. */
  constructor(traits: CallTraits, own: OwnFacts, waiter: Waiter) {
    this.traits = traits
    this.deadlineMs = own.deadlineMs
    this.heldBytes = own.heldBytes
    this.waiter = waiter
  }

  /** A call like no other. */
  static of(facts: CallFacts, waiter: Waiter): Call {
    return new Call(new CallTraits(facts), facts, waiter)
  }

  get path(): string {
    return this.traits.path
  }

  get upstream(): string {
    return this.traits.upstream
  }

  get peer(): Peer {
    return this.traits.peer
  }

  get rank(): PriorityClass {
    return this.traits.rank
  }

  get cohort(): number {
    return this.traits.cohort
  }

  get tenant(): string {
    return this.traits.tenant
  }

  get cost(): number {
    return this.traits.cost
  }

  get seats(): number {
    return this.traits.seats
  }

  get budget(): string {
    return this.traits.budget
  }

  get isIdempotent(): boolean {
    return this.traits.isIdempotent
  }

  get attempt(): number {
    return this.traits.attempt
  }

  get maxWaitMs(): number | undefined {
    return this.traits.maxWaitMs
  }
}

/** The facts of a plain call, to be overridden: what calls that no classifier sees, and tests, start from. */
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
}
