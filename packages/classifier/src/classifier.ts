import { CallTraits, MetadataName, NO_DEADLINE, type Deadline, type Metadata, type PriorityClass } from '@spillway/call'
import type { Clock } from '@spillway/clock'
import type { Contract, MethodPolicy, RequestMessage } from '@spillway/contract'
import type { Arrival, FirstMessage, Head } from './arrival.ts'
import type { Classification, Classified, Findings } from './classification.ts'
import { cohortOf } from './cohort.ts'
import { Counts, type ClassifierCounts, type UnreadableReason } from './counts.ts'
import { attemptOf, deadlineOf } from './deadline.ts'
import { CallExpressions } from './expressions.ts'
import { inheritedMetadata } from './inherited-metadata.ts'
import { PriorityDecider } from './priority.ts'
import { Study } from './study.ts'
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
  /** The answer to the call in hand, written over for each call; undefined before the first. */
  #answer: Answer | undefined

  constructor(options: ClassifierOptions) {
    this.#contract = options.contract
    this.#trust = options.trust
    this.#clock = options.clock
    this.#counts = options.counts ?? new Counts()
    this.#expressions = new CallExpressions(this.#counts)
    this.#priorities = new PriorityDecider(options.trust, new TopShare(options.topShare), this.#counts)
  }

  /** What was counted so far. */
  get counts(): ClassifierCounts {
    return this.#counts
  }

  /** When the call has to be over under the policy of that method, which may be another one than the call's own. */
  deadlineOf(path: string, arrival: Pick<Arrival, 'allowedMs' | 'arrivedMs'>): Deadline {
    return deadlineOf(arrival, this.#contract.policyOf(path))
  }

  /** It has classified a call like this one, and needs no request for it. */
  knows({ likeness }: Pick<Arrival, 'likeness'>): boolean {
    return this.#recall(likeness) !== undefined
  }

  /** The call's policy reads the request: collect the first message (at most `MAX_REQUEST_BYTES`), then classify. */
  needsRequest(path: string): boolean {
    return this.#contract.policyOf(path).needsRequest
  }

  /**
   * Classifies a call to the upstream of that name. Synchronous, never throws. `first` is left out for a call whose policy does
   * not need it. A request that cannot be read is no error: rules that read it do not apply, and it is counted. What is
   * returned is good until the next call.
   */
  classify(arrival: Arrival, upstream: string, first?: FirstMessage): Classification {
    const study = this.#recall(arrival.likeness) ?? this.#study(arrival, upstream, first)
    const { refusal } = study
    return refusal === undefined ? this.#classified(arrival, study) : { kind: 'refused', refusal }
  }

  /** What a call takes under the policy of another method, to which a rule has sent it. */
  amountsUnder(
    policy: MethodPolicy,
    { metadata, peer }: Pick<Head, 'metadata' | 'peer'>,
    request: RequestMessage | undefined,
  ): Pick<CallTraits, 'cost' | 'seats'> & Pick<Findings, 'input'> {
    this.#expressions.begin(inheritedMetadata(metadata), peer, request)
    const cost = this.#reservation(policy)
    const seats = this.#expressions.amount(policy.seats)
    const input = this.#input(policy)
    this.#expressions.end()
    return { cost, seats, input }
  }

  #recall(likeness: Arrival['likeness']): Study | undefined {
    const note = likeness?.note
    return note instanceof Study && note.author === this ? note : undefined
  }

  /** Reads head and request. What follows from the head alone, and needs no count, is remembered for the calls like it. */
  #study(arrival: Arrival, upstream: string, first: FirstMessage | undefined): Study {
    const { path, peer, likeness } = arrival
    const policy = this.#contract.policyOf(path)
    const metadata = inheritedMetadata(arrival.metadata)
    const { remarks } = this.#counts
    this.#unreadable = undefined
    const request = policy.needsRequest ? this.#read(policy, first) : undefined
    this.#expressions.begin(metadata, peer, request)
    const priority = this.#priorities.decide({ path, metadata, peer }, policy, this.#expressions)
    const isTrusted = claimableClass(peer, policy.priority, this.#trust) !== undefined
    const tenant = this.#tenant(metadata, policy, isTrusted)
    const traits = new CallTraits({
      path,
      upstream,
      peer,
      rank: priority.rank,
      cohort: priority.cohort ?? cohortOf(tenant === '' ? peer.id : tenant),
      tenant,
      cost: this.#reservation(policy),
      seats: this.#expressions.amount(policy.seats),
      budget: policy.budget,
      isIdempotent: policy.idempotency !== 'unknown',
      attempt: attemptOf(metadata),
      maxWaitMs: policy.queue.maxWaitMs,
    })
    const { isInherited, isClaim, refusal } = priority
    const findings = {
      policy,
      request,
      input: this.#input(policy),
      isTrusted,
      isInherited,
      unreadable: this.#unreadable,
    }
    this.#expressions.end()
    const study = new Study(this, traits, findings, isClaim, refusal)
    if (likeness !== undefined && !policy.needsRequest && this.#counts.remarks === remarks) likeness.note = study
    return study
  }

  #classified(arrival: Arrival, study: Study): Classified {
    const { findings, rank } = study
    const { policy } = findings
    const given = this.#priorities.cap(study, arrival.peer, policy.priority, this.#clock.nowMs())
    const classified = (this.#answer ??= new Answer(study))
    classified.traits = study.traitsAs(given)
    classified.findings = findings
    classified.cappedFrom = given === rank ? undefined : rank
    classified.deadlineMs = deadlineOf(arrival, policy)
    classified.heldBytes = arrival.heldBytes
    return classified
  }

  #tenant(metadata: Metadata, policy: MethodPolicy, isTrusted: boolean): string {
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

/** One object for all answers; see {@link Classified}. */
class Answer implements Classified {
  readonly kind = 'classified'
  traits: CallTraits
  findings: Findings
  cappedFrom: PriorityClass | undefined = undefined
  deadlineMs = NO_DEADLINE
  heldBytes = 0

  constructor({ traits, findings }: Study) {
    this.traits = traits
    this.findings = findings
  }
}
