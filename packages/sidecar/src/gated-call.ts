import {
  Call,
  MetadataName,
  NEVER_RETRY,
  NO_DEADLINE,
  PROCEED,
  PriorityClass,
  Status,
  WAIT,
  defaultCallFacts,
  outcomeOf,
  parseTimeoutMs,
  type CallFacts,
  type Gates,
  type Outcome,
  type Refusal,
  type Waiter,
} from '@spillway/call'
import { MAX_REQUEST_BYTES, type Classified, type FirstMessage } from '@spillway/classifier'
import type { MethodPolicy, RequestMessage } from '@spillway/contract'
import type { Field } from '@spillway/http2'
import type { Answer, Exchange, ExchangeEnd, ExchangeObserver } from '@spillway/relay'
import { FORWARDED, type CallSeries, type Decision } from '@spillway/telemetry'
import { degrade, type Degraded } from './degrade.ts'
import type { Destination } from './destination.ts'
import { EndedEvent } from './ended-event.ts'
import { inheritedMetadata } from './inherited-metadata.ts'
import { Settlement } from './settlement.ts'
import type { Side } from './side.ts'
import { NO_GATES, isSystemPath } from './system-calls.ts'

const NO_FIELDS: readonly Field[] = []

/** A rule has sent the call to another method, because of the refusal `cause`. */
interface Rerouted {
  readonly cause: Refusal
  readonly rule: string
  readonly path: string
  readonly marks: readonly Field[]
}

/**
 * One call on its way: classify, ask the gates, forward or answer, and give back what the gates hold when it is over.
 * It waits where a gate makes it wait; nothing here makes a promise or a timer.
 */
export class GatedCall implements ExchangeObserver, Waiter {
  readonly #side: Side
  readonly #exchange: Exchange
  readonly #destination: Destination
  /** The policies that were in force when it came; a reload does not touch it. */
  readonly #policies: Side['policies']
  /** Of a call that was classified, with the next two: its policy and what the classifier made of its request. */
  #policy: MethodPolicy | undefined
  #request: RequestMessage | undefined
  #input = 0
  /** As it came; {@link #call} differs once a rule has sent it to another method. */
  #original: Call | undefined
  #call: Call | undefined
  #gates: Gates = NO_GATES
  #series: CallSeries | undefined
  #decision: Decision = FORWARDED
  #rerouted: Rerouted | undefined
  #settlement: Settlement | undefined
  #waitingSinceMs = Number.NaN
  #queuedMs = 0

  constructor(side: Side, exchange: Exchange, destination: Destination) {
    this.#side = side
    this.#exchange = exchange
    this.#destination = destination
    this.#policies = side.policies
    side.inFlight++
    destination.upstream.enter()
  }

  /** Starts it on its way. The request message is only waited for when its policy asks for it. */
  start(): void {
    const { path } = this.#exchange
    if (isSystemPath(path)) this.#enter(this.#systemFacts(), NO_GATES)
    else if (this.#policies.classifier.needsRequest(path)) this.#readRequest()
    else this.#classify(undefined)
  }

  /** Refuses it before anything is known of it. */
  turnAway(refusal: Refusal, answer = this.#answerOf(refusal)): void {
    this.#decision = { kind: 'refused', refusal }
    this.#exchange.answer(answer)
  }

  /** Answers it ourselves; no gate is asked. */
  answerOurselves(answer: Answer): void {
    this.#exchange.answer(answer)
  }

  decided(refusal: Refusal | undefined): void {
    this.#queuedMs += this.#side.clock.nowMs() - this.#waitingSinceMs
    if (refusal === undefined) this.#forward()
    else this.#refuse(refusal)
  }

  unreachable(): void {
    const call = this.#call
    if (call === undefined) return
    this.#gates.leave(call, 'unsent')
    this.#settlement = undefined
    this.#refuse(this.#destination.unreachable())
  }

  answering(): void {
    // The seat is held to the last trailer; the first message is of interest to an adaptive limit only.
  }

  ended(end: ExchangeEnd): void {
    const outcome = this.#outcomeOf(end)
    this.#side.inFlight--
    if (this.#settlement !== undefined) this.#settle(this.#settlement, end)
    if (this.#call !== undefined) this.#gates.leave(this.#call, outcome)
    this.#destination.upstream.leave()
    this.#tell(end, outcome)
  }

  /** Seats and tokens are not taken before the message is here: a caller that never sends it costs nothing but memory. */
  #readRequest(): void {
    const { path, request: metadata, arrivedMs } = this.#exchange
    const deadlineMs = this.#policies.classifier.deadlineOf({ path, metadata, arrivedMs })
    this.#exchange.readFirstMessage(MAX_REQUEST_BYTES, deadlineMs, (first) => {
      if (first.kind !== 'late') this.#classify(first)
      else this.turnAway({ kind: 'deadline_infeasible', pushbackMs: NEVER_RETRY, remainingMs: 0 })
    })
  }

  #classify(first: FirstMessage | undefined): void {
    const { path, peer, arrivedMs, heldBytes, request, likeness } = this.#exchange
    const upstream = this.#destination.upstream.name
    const metadata = inheritedMetadata(request)
    const arrival = { path, upstream, metadata, peer, arrivedMs, heldBytes, likeness }
    const classification = this.#policies.classifier.classify(arrival, first)
    switch (classification.kind) {
      case 'classified':
        this.#policy = classification.policy
        this.#request = classification.request
        this.#input = classification.input
        this.#tellOddities(classification)
        this.#enter(classification, this.#destination.gates)
        return
      case 'refused':
        this.turnAway(classification.refusal)
        return
      case 'malformed':
        this.#exchange.answer(plainAnswer(classification.status, classification.message))
    }
  }

  #enter(facts: CallFacts, gates: Gates): void {
    const call = new Call(facts, this)
    this.#original ??= call
    this.#call = call
    this.#gates = gates
    this.#series ??= this.#side.telemetry.startCall(this.#side.direction, this.#exchange.path, facts.rank)
    const verdict = gates.enter(call)
    if (verdict === PROCEED) this.#forward()
    else if (verdict === WAIT) this.#waitingSinceMs = this.#side.clock.nowMs()
    else this.#refuse(verdict)
  }

  #forward(): void {
    const call = this.#call
    if (call === undefined) return
    this.#settlement = call.budgetTaken === 0 ? undefined : this.#settlementOf(call)
    this.#exchange.forward(this.#destination.upstream.group, {
      isStripped: true,
      added: this.#side.classFields.of(call),
      path: this.#rerouted?.path,
      deadlineMs: call.deadlineMs,
      answerHeaders: this.#rerouted?.marks ?? NO_FIELDS,
      answerReader: this.#settlement,
    })
  }

  /** Only a call that took something, and whose policy asks for it, has its answer read. */
  #settlementOf(call: Call): Settlement | undefined {
    if (this.#policy === undefined) return undefined
    const { settle } = this.#rerouted === undefined ? this.#policy : this.#policies.contract.policyOf(call.path)
    return settle === undefined ? undefined : new Settlement(settle, this.#input, call, this.#gates)
  }

  #settle(settlement: Settlement, end: ExchangeEnd): void {
    if (settlement.end(end)) return
    const { unsettled } = this.#side
    const budget = this.#call?.budget ?? ''
    unsettled.set(budget, (unsettled.get(budget) ?? 0) + 1)
  }

  /** A refusal may still become an answer. What another method would not do either is up to the rules behind that one. */
  #refuse(refusal: Refusal): void {
    const cause = this.#rerouted?.cause ?? refusal
    const degraded = this.#degraded(cause)
    if (degraded === undefined) {
      this.turnAway(cause)
      return
    }
    this.#decision = { kind: 'answered', rule: degraded.rule, reason: cause.kind }
    if (degraded.kind === 'reply') this.#exchange.answer(degraded.answer)
    else this.#reroute({ cause, ...degraded })
  }

  #degraded(cause: Refusal): Degraded | undefined {
    const policy = this.#policy
    const call = this.#original
    if (policy === undefined || call === undefined) return undefined
    const asked = { call, policy, request: this.#request, metadata: this.#exchange.request }
    return degrade(this.#side.fallbacks, cause, asked, this.#rerouted?.rule)
  }

  /** A call of its own as far as the gates are concerned: breaker, budget and outcome are the other method's. */
  #reroute(rerouted: Rerouted): void {
    const original = this.#original
    if (original === undefined) return
    this.#rerouted = rerouted
    const { path } = rerouted
    const { classifier, contract } = this.#policies
    const { peer, arrivedMs, request } = this.#exchange
    const policy = contract.policyOf(path)
    const metadata = inheritedMetadata(request)
    const { cost, seats, input } = classifier.amountsUnder(policy, { metadata, peer }, this.#request)
    this.#input = input
    const changed = {
      path,
      cost,
      seats,
      budget: policy.budget,
      isIdempotent: policy.idempotency !== 'unknown',
      deadlineMs: classifier.deadlineOf({ path, metadata, arrivedMs }),
      maxWaitMs: policy.queue.maxWaitMs,
    }
    this.#enter(Object.assign<object, CallFacts, typeof changed>({}, original, changed), this.#gates)
  }

  #answerOf(refusal: Refusal): Answer {
    const { answers, contract } = this.#policies
    return answers.of(refusal, this.#exchange.path, contract)
  }

  #systemFacts(): CallFacts {
    const { path, peer, arrivedMs, heldBytes, request } = this.#exchange
    const timeoutMs = parseTimeoutMs(request.get(MetadataName.timeout) ?? '')
    return {
      ...defaultCallFacts,
      path,
      upstream: this.#destination.upstream.name,
      peer,
      rank: PriorityClass.system,
      deadlineMs: timeoutMs === undefined ? NO_DEADLINE : arrivedMs + timeoutMs,
      heldBytes,
      arrivedMs,
    }
  }

  #tellOddities({ path, peer, rank, unreadable, cappedFrom }: Classified): void {
    const { telemetry } = this.#side
    if (unreadable !== undefined) telemetry.emit({ kind: 'request_unreadable', path, reason: unreadable })
    if (cappedFrom !== undefined) telemetry.emit({ kind: 'class_capped', path, peer, asked: cappedFrom, given: rank })
  }

  #outcomeOf(end: ExchangeEnd): Outcome {
    if (!end.isForwarded) return end.isCancelledByCaller ? 'cancelled' : 'unsent'
    return this.#isRequestOwed(end) ? 'cancelled' : outcomeOf(end, this.#policies.patienceMs)
  }

  /** Nobody can answer in time what was not asked to its end: a caller with one message to send never ended its request. */
  #isRequestOwed({ status, isRequestComplete }: ExchangeEnd): boolean {
    if (isRequestComplete || status !== Status.DEADLINE_EXCEEDED) return false
    const shape = this.#policy?.shape
    return shape === 'unary' || shape === 'server_stream'
  }

  #tell(end: ExchangeEnd, outcome: Outcome): void {
    const { telemetry, direction, clock } = this.#side
    const { path, peer, arrivedMs } = this.#exchange
    const rank = this.#call?.rank ?? this.#policies.contract.policyOf(path).priority
    const series = this.#series ?? telemetry.startCall(direction, path, rank)
    const event = (this.#side.ended ??= new EndedEvent(direction, series))
    event.series = series
    event.path = path
    event.rank = rank
    event.tenant = this.#call?.tenant ?? ''
    event.peer = peer
    event.upstream = this.#destination.upstream.name
    event.decision = this.#decision
    event.status = end.status
    event.isOwnStatus = end.isOwn
    event.outcome = outcome
    event.endedMs = clock.nowMs()
    event.totalMs = event.endedMs - arrivedMs
    event.queuedMs = this.#queuedMs
    event.upstreamMs = end.isForwarded ? end.heldMs : 0
    telemetry.emit(event)
  }
}

function plainAnswer(status: Status, message: string): Answer {
  return { status, message, reply: undefined, headers: [], trailers: [] }
}
