import { MetadataName, NO_DEADLINE, Status, defaultCallFacts, type Deadline } from '@spillway/call'
import type { Clock } from '@spillway/clock'
import type { Contract, MethodPolicy, RequestMessage } from '@spillway/contract'
import type { Arrival, FirstMessage } from './arrival.ts'
import type { Classification, Classified } from './classification.ts'
import { cohortOf } from './cohort.ts'
import { Counts, type ClassifierCounts, type UnreadableReason } from './counts.ts'
import { attemptOf, deadlineOf } from './deadline.ts'
import { CallExpressions } from './expressions.ts'
import { PriorityDecider } from './priority.ts'
import { toldTenant, writtenTenant } from './tenant.ts'
import { TopShare, type TopShareConfig } from './top-share.ts'
import { claimableClass, type TrustConfig } from './trust.ts'

/** What a classifier needs. */
export interface ClassifierOptions {
  readonly contract: Contract
  readonly trust: TrustConfig
  readonly topShare: TopShareConfig
  readonly clock: Clock
  /** Where to count on; left out: from nothing. */
  readonly counts?: Counts
}

/** Units that a call reserves at least when what it takes is only known at its end. */
const LEAST_RESERVED = 1

/** gRPC leaves the answer to a malformed `grpc-timeout` open; INTERNAL is what grpc-go gives. */
const MALFORMED_TIMEOUT: Classification = {
  kind: 'malformed',
  status: Status.INTERNAL,
  message: 'malformed grpc-timeout',
}

/** Turns a call's path, metadata, peer and, where its policy asks for it, first message into the facts of the call. */
export class Classifier {
  readonly #contract: Contract
  readonly #trust: TrustConfig
  readonly #clock: Clock
  readonly #counts: Counts
  readonly #expressions: CallExpressions
  readonly #priorities: PriorityDecider
  /** Of the call in hand. */
  #unreadable: UnreadableReason | undefined
  /** The answer to the call in hand, written over for each call. */
  readonly #classified: { -readonly [Key in keyof Classified]: Classified[Key] }

  constructor(options: ClassifierOptions) {
    this.#contract = options.contract
    this.#trust = options.trust
    this.#clock = options.clock
    this.#counts = options.counts ?? new Counts()
    this.#expressions = new CallExpressions(this.#counts)
    this.#priorities = new PriorityDecider(options.trust, new TopShare(options.topShare), this.#counts)
    this.#classified = {
      ...defaultCallFacts,
      kind: 'classified',
      policy: options.contract.policyOf(''),
      request: undefined,
      input: 0,
      isTrusted: false,
      unreadable: undefined,
      cappedFrom: undefined,
      isInherited: false,
    }
  }

  /** What was counted so far. */
  get counts(): ClassifierCounts {
    return this.#counts
  }

  /** When the call has to be over, known before its request is; malformed timeouts are left to {@link classify}. */
  deadlineOf(arrival: Pick<Arrival, 'path' | 'metadata' | 'arrivedMs'>): Deadline {
    return deadlineOf(arrival, this.#contract.policyOf(arrival.path)) ?? NO_DEADLINE
  }

  /** The call's policy reads the request: collect the first message (at most `MAX_REQUEST_BYTES`), then classify. */
  needsRequest(path: string): boolean {
    return this.#contract.policyOf(path).needsRequest
  }

  /**
   * Synchronous, never throws. `first` is left out for a call whose policy does not need it. A request that cannot be
   * read is no error: rules that read it do not apply, and it is counted. What is returned is good until the next call.
   */
  classify(arrival: Arrival, first?: FirstMessage): Classification {
    const policy = this.#contract.policyOf(arrival.path)
    const deadlineMs = deadlineOf(arrival, policy)
    if (deadlineMs === undefined) {
      this.#counts.malformedTimeouts++
      return MALFORMED_TIMEOUT
    }
    this.#unreadable = undefined
    const request = policy.needsRequest ? this.#read(policy, first) : undefined
    this.#expressions.begin(arrival.metadata, arrival.peer, request)
    const classification = this.#classify(arrival, policy, request, deadlineMs)
    this.#expressions.end()
    return classification
  }

  /** What a call takes under the policy of another method, to which a rule has sent it. */
  amountsUnder(
    policy: MethodPolicy,
    { metadata, peer }: Pick<Arrival, 'metadata' | 'peer'>,
    request: RequestMessage | undefined,
  ): Pick<Classified, 'cost' | 'seats' | 'input'> {
    this.#expressions.begin(metadata, peer, request)
    const cost = this.#reservation(policy)
    const seats = this.#expressions.amount(policy.seats)
    const input = this.#input(policy)
    this.#expressions.end()
    return { cost, seats, input }
  }

  #classify(
    arrival: Arrival,
    policy: MethodPolicy,
    request: RequestMessage | undefined,
    deadlineMs: number,
  ): Classification {
    const priority = this.#priorities.decide(arrival, policy, this.#expressions, this.#clock.nowMs())
    if (priority.refusal !== undefined) return { kind: 'refused', refusal: priority.refusal }
    const isTrusted = claimableClass(arrival.peer, policy.priority, this.#trust) !== undefined
    const tenant = this.#tenant(arrival, policy, isTrusted)
    const classified = this.#classified
    classified.path = arrival.path
    classified.upstream = arrival.upstream
    classified.peer = arrival.peer
    classified.rank = priority.rank
    classified.cohort = priority.cohort ?? cohortOf(tenant === '' ? arrival.peer.id : tenant)
    classified.tenant = tenant
    classified.cost = this.#reservation(policy)
    classified.seats = this.#expressions.amount(policy.seats)
    classified.budget = policy.budget
    classified.deadlineMs = deadlineMs
    classified.isIdempotent = policy.idempotency !== 'unknown'
    classified.attempt = attemptOf(arrival)
    classified.maxWaitMs = policy.queue.maxWaitMs
    classified.heldBytes = arrival.heldBytes
    classified.arrivedMs = arrival.arrivedMs
    classified.policy = policy
    classified.request = request
    classified.input = this.#input(policy)
    classified.isTrusted = isTrusted
    classified.unreadable = this.#unreadable
    classified.cappedFrom = priority.cappedFrom
    classified.isInherited = priority.isInherited
    return classified
  }

  #tenant({ metadata }: Arrival, policy: MethodPolicy, isTrusted: boolean): string {
    const told = isTrusted ? metadata.get(MetadataName.tenant) : undefined
    if (told !== undefined) return toldTenant(told)
    return policy.tenant === undefined ? '' : writtenTenant(this.#expressions.value(policy.tenant, ''))
  }

  /** A call that will be settled reserves something in any case: else it would not wait for a debt to be repaid. */
  #reservation({ cost, settle }: MethodPolicy): number {
    const most = this.#expressions.amount(cost)
    if (settle === undefined) return most
    const reserved = settle.estimate === undefined ? most : Math.min(most, this.#expressions.amount(settle.estimate))
    return Math.max(LEAST_RESERVED, reserved)
  }

  #input({ settle }: MethodPolicy): number {
    return settle === undefined ? 0 : this.#expressions.amount(settle.input)
  }

  #read(policy: MethodPolicy, first: FirstMessage | undefined): RequestMessage | undefined {
    if (first?.kind !== 'message') return this.#cannotRead(first?.reason ?? 'none')
    const request = policy.decodeRequest(first.bytes)
    return request ?? this.#cannotRead(first.bytes.length > policy.maxRequestBytes ? 'too_large' : 'malformed')
  }

  #cannotRead(reason: UnreadableReason): undefined {
    this.#counts.unreadableRequests[reason]++
    this.#unreadable = reason
  }
}
