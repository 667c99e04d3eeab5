import {
  Call,
  NEVER_RETRY,
  PROCEED,
  PriorityClass,
  Status,
  WAIT,
  defaultCallFacts,
  outcomeOf,
  type Gates,
  type Outcome,
  type Refusal,
  type Waiter,
} from '@spillway/call'
import { MAX_REQUEST_BYTES, type Classified, type Findings, type FirstMessage } from '@spillway/classifier'
import type { MethodPolicy } from '@spillway/contract'
import type { Field } from '@spillway/http2'
import type { Answer, Exchange, ExchangeEnd, ExchangeObserver, Forwarding } from '@spillway/relay'
import { FORWARDED, type CallSeries, type Decision } from '@spillway/telemetry'
import { notesOn } from './call-notes.ts'
import { degrade, type Degraded } from './degrade.ts'
import type { Destination } from './destination.ts'
import { EndedEvent } from './ended-event.ts'
import { Settlement } from './settlement.ts'
import type { Side } from './side.ts'
import { NO_GATES, isSystemPath } from './system-calls.ts'

/** A rule has sent the call to another method, because of the refusal `cause`. */
interface Rerouted {
  readonly cause: Refusal
  readonly rule: string
  /** The call as it came. */
  readonly original: Call
  /** Of the other method, with the next. */
  readonly path: string
  readonly policy: MethodPolicy
  /** What the request itself takes from that method's budget. */
  readonly input: number
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
  /** Of a call that was classified. */
  #findings: Findings | undefined
  /** As the gates see it: another one once a rule has sent it to another method. */
  #call: Call | undefined
  #gates: Gates = NO_GATES
  #series: CallSeries | undefined
  #decision: Decision = FORWARDED
  #rerouted: Rerouted | undefined
  #settlement: Settlement | undefined
  #waitingSinceMs = 0
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
    const { classifier } = this.#policies
    const { path } = this.#exchange
    if (classifier.knows(this.#exchange)) this.#classify(undefined)
    else if (isSystemPath(path)) this.#enter(this.#systemCall(), NO_GATES)
    else if (classifier.needsRequest(path)) this.#readRequest()
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
    const deadlineMs = this.#policies.classifier.deadlineOf(this.#exchange.path, this.#exchange)
    this.#exchange.readFirstMessage(MAX_REQUEST_BYTES, deadlineMs, (first) => {
      if (first.kind !== 'late') this.#classify(first)
      else this.turnAway({ kind: 'deadline_infeasible', pushbackMs: NEVER_RETRY, remainingMs: 0 })
    })
  }

  #classify(first: FirstMessage | undefined): void {
    const { upstream, gates } = this.#destination
    const classification = this.#policies.classifier.classify(this.#exchange, upstream.name, first)
    if (classification.kind === 'refused') {
      this.turnAway(classification.refusal)
      return
    }
    this.#findings = classification.findings
    this.#tellOddities(classification)
    this.#enter(new Call(classification.traits, classification, this), gates)
  }

  #enter(call: Call, gates: Gates): void {
    this.#call = call
    this.#gates = gates
    this.#series ??= this.#startSeries(call)
    const verdict = gates.enter(call)
    if (verdict === PROCEED) this.#forward()
    else if (verdict === WAIT) this.#waitingSinceMs = this.#side.clock.nowMs()
    else this.#refuse(verdict)
  }

  #startSeries({ traits }: Call): CallSeries {
    const { telemetry, direction } = this.#side
    const notes = notesOn(traits)
    return (notes.series = telemetry.startCall(direction, traits.path, traits.rank, notes.series))
  }

  #forward(): void {
    const call = this.#call
    if (call === undefined) return
    this.#settlement = call.budgetTaken === 0 ? undefined : this.#settlementOf(call)
    this.#exchange.forward(this.#destination.upstream.group, this.#forwardingOf(call), call.deadlineMs)
  }

  /** Only a call that took something, and whose policy asks for it, has its answer read. */
  #settlementOf(call: Call): Settlement | undefined {
    const under = this.#rerouted ?? this.#findings
    const settle = under?.policy.settle
    return under === undefined || settle === undefined
      ? undefined
      : new Settlement(settle, under.input, call, this.#gates)
  }

  #forwardingOf(call: Call): Forwarding {
    const { forwarding } = notesOn(call.traits)
    const rerouted = this.#rerouted
    const answerReader = this.#settlement
    if (rerouted !== undefined)
      return { ...forwarding, path: rerouted.path, answerHeaders: rerouted.marks, answerReader }
    return answerReader === undefined ? forwarding : { ...forwarding, answerReader }
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
    else this.#reroute(cause, degraded)
  }

  #degraded(cause: Refusal): Degraded | undefined {
    const call = this.#rerouted?.original ?? this.#call
    if (this.#findings === undefined || call === undefined) return undefined
    const { policy, request } = this.#findings
    const asked = { call, policy, request, metadata: this.#exchange.metadata }
    return degrade(this.#side.fallbacks, cause, asked, this.#rerouted?.rule)
  }

  /** A call of its own as far as the gates are concerned: breaker, budget and outcome are the other method's. */
  #reroute(cause: Refusal, { rule, path, marks }: Extract<Degraded, { kind: 'method' }>): void {
    const original = this.#rerouted?.original ?? this.#call
    if (original === undefined) return
    const { classifier, contract } = this.#policies
    const policy = contract.policyOf(path)
    const { cost, seats, input } = classifier.amountsUnder(policy, this.#exchange, this.#findings?.request)
    const traits = original.traits.with({
      path,
      cost,
      seats,
      budget: policy.budget,
      isIdempotent: policy.idempotency !== 'unknown',
      maxWaitMs: policy.queue.maxWaitMs,
    })
    const deadlineMs = classifier.deadlineOf(path, this.#exchange)
    this.#rerouted = { cause, rule, original, path, policy, input, marks }
    this.#enter(new Call(traits, { deadlineMs, heldBytes: original.heldBytes }, this), this.#gates)
  }

  #answerOf(refusal: Refusal): Answer {
    const { answers, contract } = this.#policies
    return answers.of(refusal, this.#exchange.path, contract)
  }

  #systemCall(): Call {
    const { path, peer, arrivedMs, allowedMs, heldBytes } = this.#exchange
    const upstream = this.#destination.upstream.name
    const deadlineMs = arrivedMs + allowedMs
    const facts = { ...defaultCallFacts, path, upstream, peer, deadlineMs, heldBytes }
    return Call.of({ ...facts, rank: PriorityClass.system }, this)
  }

  #tellOddities({ traits: { path, peer, rank }, findings: { unreadable }, cappedFrom }: Classified): void {
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
    const shape = this.#findings?.policy.shape
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
