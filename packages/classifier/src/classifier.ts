import { MetadataName, NO_DEADLINE, Status, defaultCallFacts, type Deadline } from '@spillway/call'
import type { Clock } from '@spillway/clock'
import type { Contract, MethodPolicy, RequestMessage } from '@spillway/contract'
import type { Arrival, FirstMessage } from './arrival.ts'
import type { Classification, Classified } from './classification.ts'
import { cohortOf } from './cohort.ts'
import { Counts, type ClassifierCounts, type UnreadableReason } from './counts.ts'
import { attemptOf, deadlineOf } from './deadline.ts'
import { CallExpressions } from './expressions.ts'
import { PriorityDecider, type Priority } from './priority.ts'
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
  readonly #answer: { -readonly [Key in keyof Classified]: Classified[Key] }

  constructor(options: ClassifierOptions) {
    this.#contract = options.contract
    this.#trust = options.trust
    this.#clock = options.clock
    this.#counts = options.counts ?? new Counts()
    this.#expressions = new CallExpressions(this.#counts)
    this.#priorities = new PriorityDecider(options.trust, new TopShare(options.topShare), this.#counts)
    this.#answer = {
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
    const known = arrival.likeness?.note
    const study = known instanceof Study && known.author === this ? known : this.#study(arrival, first)
    const { policy, found } = study
    const { refusal } = found
    const deadlineMs = deadlineOf(arrival, policy)
    if (deadlineMs === undefined) {
      this.#counts.malformedTimeouts++
      return MALFORMED_TIMEOUT
    }
    return refusal === undefined ? this.#classified(arrival, study, deadlineMs) : { kind: 'refused', refusal }
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

  /** Reads head and request. What follows from the head alone, and needs no count, is remembered for the calls like it. */
  #study(arrival: Arrival, first: FirstMessage | undefined): Study {
    const { peer, likeness } = arrival
    const policy = this.#contract.policyOf(arrival.path)
    const { remarks } = this.#counts
    this.#unreadable = undefined
    const request = policy.needsRequest ? this.#read(policy, first) : undefined
    this.#expressions.begin(arrival.metadata, peer, request)
    const { rank, cohort, isInherited, isClaim, refusal } = this.#priorities.decide(arrival, policy, this.#expressions)
    const isTrusted = claimableClass(peer, policy.priority, this.#trust) !== undefined
    const tenant = this.#tenant(arrival, policy, isTrusted)
    const study = new Study(this, policy, {
      request,
      unreadable: this.#unreadable,
      refusal,
      rank,
      isInherited,
      isClaim,
      isTrusted,
      tenant,
      cohort: cohort ?? cohortOf(tenant === '' ? peer.id : tenant),
      cost: this.#reservation(policy),
      seats: this.#expressions.amount(policy.seats),
      input: this.#input(policy),
      attempt: attemptOf(arrival),
    })
    this.#expressions.end()
    if (likeness !== undefined && !policy.needsRequest && this.#counts.remarks === remarks) likeness.note = study
    return study
  }

  #classified(arrival: Arrival, study: Study, deadlineMs: number): Classified {
    const { policy, found } = study
    const { peer } = arrival
    const rank = this.#priorities.cap(found, peer, policy.priority, this.#clock.nowMs())
    const classified = this.#answer
    classified.path = arrival.path
    classified.upstream = arrival.upstream
    classified.peer = peer
    classified.rank = rank
    classified.cohort = found.cohort
    classified.tenant = found.tenant
    classified.cost = found.cost
    classified.seats = found.seats
    classified.budget = policy.budget
    classified.deadlineMs = deadlineMs
    classified.isIdempotent = policy.idempotency !== 'unknown'
    classified.attempt = found.attempt
    classified.maxWaitMs = policy.queue.maxWaitMs
    classified.heldBytes = arrival.heldBytes
    classified.arrivedMs = arrival.arrivedMs
    classified.policy = policy
    classified.request = found.request
    classified.input = found.input
    classified.isTrusted = found.isTrusted
    classified.unreadable = found.unreadable
    classified.cappedFrom = rank === found.rank ? undefined : found.rank
    classified.isInherited = found.isInherited
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

/** What head and request of a call say, whatever the time and what its peer does besides. */
class Study {
  /** Whose rules it follows: another classifier reads anew. */
  readonly author: Classifier
  readonly policy: MethodPolicy
  readonly found: Findings

  constructor(author: Classifier, policy: MethodPolicy, found: Findings) {
    this.author = author
    this.policy = policy
    this.found = found
  }
}

type Findings = Pick<
  Classified,
  | 'request'
  | 'unreadable'
  | 'rank'
  | 'isInherited'
  | 'isTrusted'
  | 'tenant'
  | 'cohort'
  | 'cost'
  | 'seats'
  | 'input'
  | 'attempt'
> &
  Pick<Priority, 'isClaim' | 'refusal'>
