import { Status, type Deadline, type Peer } from '@spillway/call'
import type { Clock } from '@spillway/clock'
import {
  ErrorCode,
  fieldList,
  type FieldList,
  type Http2Stream,
  type RequestHead,
  type StreamListener,
} from '@spillway/http2'
import { CallRecord } from './call-record.ts'
import { Expiring, type DeadlineWheel } from './deadline-wheel.ts'
import type { Answer, CallHandler, Exchange, ExchangeObserver, FirstMessage, Forwarding } from './exchange.ts'
import { answeredParts, forwardedParts } from './forwarded-fields.ts'
import { FirstMessageReader } from './first-message.ts'
import { hasStatus, isGrpcContent, statusOfHttp, statusOfReset } from './grpc-rules.ts'
import { headFields, ownAnswer, statusFields } from './own-answer.ts'
import { RequestCredit } from './request-credit.ts'
import type { Likeness } from './likeness.ts'
import { RequestLog } from './request-log.ts'
import type { RequestTraits } from './request-traits.ts'
import type { Turn, TurnCall } from './turn.ts'
import { UpstreamAttempt, type AttemptOwner } from './upstream-attempt.ts'
import type { Upstream } from './upstream.ts'

/** What the calls of one listener have in common. */
export interface CallSurroundings {
  readonly handler: CallHandler
  readonly turn: Turn
  readonly clock: Clock
  readonly wheel: DeadlineWheel
  readonly origin: string
  readonly maxCallMs: number
  readonly firstMessageTimeoutMs: number
  /** Octets of a request that are kept for sending it again. */
  readonly maxReplayBytes: number
}

/** How often a call that was provably not processed is sent again. */
const MAX_RETRIES = 3

/**
 * One call between its caller's stream and its upstream's, from headers to the last octet. It is
 *
 * - `undecided`: what comes is kept, and `forward` or `answer` is owed;
 * - `forwarded`: an attempt carries it, or looks for a stream to do so, at the end of the turn at the latest;
 * - `finishing`: the answer is complete and on its way to the caller;
 * - `ended`.
 */
export class RelayedCall extends Expiring implements Exchange, StreamListener, AttemptOwner, TurnCall {
  readonly peer: Peer
  readonly arrivedMs: number

  readonly #head: RequestHead
  readonly #traits: RequestTraits
  readonly #around: CallSurroundings
  readonly #stream: Http2Stream
  readonly #log = new RequestLog()
  #phase: 'undecided' | 'forwarded' | 'finishing' | 'ended' = 'undecided'
  #observer: ExchangeObserver | undefined

  #upstream: Upstream | undefined
  #forwarding: Forwarding | undefined
  #attempt: UpstreamAttempt | undefined
  #retries = 0

  readonly #credit: RequestCredit
  #hasAnswerHead = false
  readonly #record: CallRecord

  #firstMessage: FirstMessageReader | undefined

  constructor(stream: Http2Stream, head: RequestHead, traits: RequestTraits, peer: Peer, around: CallSurroundings) {
    super()
    this.#head = head
    this.#traits = traits
    this.peer = peer
    this.arrivedMs = around.clock.nowMs()
    this.#around = around
    this.#stream = stream
    this.#credit = new RequestCredit(stream)
    this.#record = new CallRecord(traits, this.#log)
  }

  get path(): string {
    return this.#head.path
  }

  get authority(): string {
    return this.#head.authority
  }

  get metadata(): FieldList {
    return this.#head.fields
  }

  get likeness(): Likeness {
    return this.#traits.likeness
  }

  get allowedMs(): number {
    return this.#traits.allowedMs
  }

  get heldBytes(): number {
    return this.#log.heldBytes
  }

  /** It has come, with all that its caller has to say or the first part of it. */
  arrived(isComplete: boolean): void {
    this.#log.isComplete = isComplete
    this.#around.turn.arrived(this)
  }

  /** Of a call that its caller has reset already, the handler never hears. */
  decide(): void {
    if (this.#phase === 'undecided') this.#observer = this.#around.handler.opened(this)
  }

  forward(upstream: Upstream, forwarding: Forwarding, deadlineMs: Deadline): void {
    if (this.#phase !== 'undecided') return
    this.#phase = 'forwarded'
    this.#upstream = upstream
    this.#forwarding = forwarding
    this.#record.readBy(forwarding.answerReader)
    this.#around.wheel.addWhenNear(this.#latest(deadlineMs), this)
    this.#around.turn.passed(this)
  }

  /** To be called every {@link SHOW_MS}. */
  showDeadline(): void {
    this.#around.wheel.show(this)
  }

  send(): void {
    if (this.#phase === 'forwarded' && this.#attempt === undefined) this.#seek(undefined)
  }

  answer(answer: Answer): void {
    if (this.#phase !== 'undecided') return
    this.#finishOwn(answer.status)
    const own = ownAnswer(answer, this.likeness.contentType, this.#around.origin)
    this.#stream.sendHeaders([own.head], own.body === undefined)
    if (own.body === undefined) return
    this.#record.responseBytes = own.body.message.length
    this.#stream.sendData(own.body.message, 0, own.body.message.length, false)
    this.#stream.sendTrailers([own.body.trailers])
  }

  readFirstMessage(maxBytes: number, deadlineMs: Deadline, receive: (first: FirstMessage) => void): void {
    if (this.#phase !== 'undecided') return
    this.#firstMessage = new FirstMessageReader(maxBytes, receive)
    this.#tryFirstMessage()
    const lateMs = Math.min(this.#latest(deadlineMs), this.arrivedMs + this.#around.firstMessageTimeoutMs)
    this.#firstMessage?.expireAt(lateMs, this.#around.wheel)
  }

  // The caller's stream.

  data(bytes: Buffer, start: number, end: number, endsStream: boolean): void {
    const log = this.#log
    log.isComplete ||= endsStream
    log.add(bytes, start, end)
    const stream = this.#attempt?.stream
    if (stream !== undefined) {
      this.#credit.left(stream.sendData(bytes, start, end, endsStream))
      if (log.totalBytes > this.#around.maxReplayBytes) log.drop()
    } else if (this.#firstMessage !== undefined) this.#tryFirstMessage()
  }

  /** gRPC callers have no trailers to send: they only end the request. */
  trailers(): void {
    this.data(NOTHING, 0, 0, true)
  }

  drained(bytes: number): void {
    this.#attempt?.stream?.credit(bytes)
  }

  ended(): void {
    this.#end(false)
  }

  reset(_code: number, _by: 'peer' | 'us' | 'connection', _isUnprocessed: boolean): void {
    this.#end(true)
  }

  /** A server's side of it; never called. */
  answered(): void {
    return
  }

  /** The deadline has passed. What waits for the caller to take it would have been in time. */
  override expired(): void {
    if (this.#stream.queuedBytes > 0) this.#record.leftUntaken()
    this.#fail(Status.DEADLINE_EXCEEDED, 'deadline exceeded')
  }

  // The upstream's stream.

  attemptOpened(stream: Http2Stream): void {
    const forwarding = this.#forwarding
    if (forwarding === undefined) return
    const nowMs = this.#around.clock.nowMs()
    this.#record.sent(nowMs)
    const log = this.#log
    const parts = forwardedParts(this.likeness, forwarding, this.dueMs - nowMs)
    stream.sendHeaders(parts, log.isComplete && log.totalBytes === 0)
    this.#credit.restart()
    if (log.totalBytes > 0) this.#credit.left(log.sendTo(stream))
  }

  attemptUnreachable(): void {
    this.#attempt = undefined
    this.#around.wheel.remove(this)
    this.#record.unsent()
    this.#phase = 'undecided'
    this.#observer?.unreachable()
  }

  attemptAnswered(fields: FieldList, status: number, endsStream: boolean): void {
    this.#log.drop()
    const isCarried = hasStatus(fields) && endsStream
    if (!isCarried && (status !== 200 || !isGrpcContent(fields.get('content-type')))) {
      const mapped = status === 200 ? Status.UNKNOWN : statusOfHttp(status)
      this.#fail(mapped, `upstream answered HTTP ${status} without a gRPC status`)
      return
    }
    this.#hasAnswerHead = true
    if (endsStream) this.#readEnd(fields)
    this.#stream.sendHeaders(answeredParts(fields, this.#forwarding?.answerHeaders ?? []), endsStream)
  }

  attemptData(bytes: Buffer, start: number, end: number, endsStream: boolean): void {
    if (end > start) {
      if (this.#record.responseBytes === 0) this.#observer?.answering()
      this.#record.passed(bytes, start, end)
      const left = this.#stream.sendData(bytes, start, end, false)
      if (left > 0) this.#attempt?.stream?.credit(left)
    }
    if (endsStream) this.#fail(Status.UNKNOWN, 'upstream ended the answer without a status', true)
  }

  attemptTrailers(fields: FieldList): void {
    this.#readEnd(fields)
    this.#stream.sendTrailers([fields])
  }

  attemptDrained(bytes: number): void {
    this.#credit.left(bytes)
  }

  attemptReset(code: number, by: 'peer' | 'us' | 'connection', isUnprocessed: boolean): void {
    const refuser = this.#attempt?.endpoint
    this.#attempt = undefined
    if (this.#phase !== 'forwarded') return
    if (isUnprocessed && this.#log.isWhole && !this.#hasAnswerHead && this.#retries < MAX_RETRIES) {
      this.#retries++
      this.#seek(refuser)
    } else if (by === 'connection') this.#fail(Status.UNAVAILABLE, 'upstream connection lost')
    else if (by === 'us') this.#fail(Status.INTERNAL, 'upstream broke the protocol')
    else this.#fail(statusOfReset(code), 'upstream reset the call')
  }

  #seek(avoided: string | undefined): void {
    if (this.#upstream === undefined) return
    this.#attempt = new UpstreamAttempt(this, this.#upstream)
    this.#attempt.seek(avoided)
  }

  /** A message larger than the stream's window only comes when credit is given for what is held of it. */
  #tryFirstMessage(): void {
    const reader = this.#firstMessage
    if (reader === undefined) return
    if (reader.look(this.#log)) this.#stopReading()
    else this.#credit.held(this.#log.totalBytes)
  }

  /** The upstream's answer is complete and carries a status of its own. */
  #readEnd(fields: FieldList): void {
    this.#phase = 'finishing'
    this.#record.answered(fields, this.#around.clock.nowMs())
  }

  /** Ends the call with a status of ours, whatever is on its way to the caller. */
  #fail(status: Status, message: string, keepsQueued = false): void {
    if (this.#phase === 'ended') return
    this.#finishOwn(status)
    this.#attempt?.abandon(ErrorCode.CANCEL)
    this.#attempt = undefined
    const fields = statusFields(status, message, this.#around.origin, [])
    if (this.#hasAnswerHead) {
      if (!keepsQueued) this.#stream.discardQueued()
      this.#stream.sendTrailers([fieldList(fields)])
    } else this.#stream.sendHeaders([fieldList([...headFields(this.likeness.contentType, []), ...fields])], true)
  }

  #finishOwn(status: Status): void {
    this.#phase = 'finishing'
    this.#stopReading()
    this.#record.answeredByUs(status, this.#around.clock.nowMs())
  }

  #end(isCancelledByCaller: boolean): void {
    if (this.#phase === 'ended') return
    const isFinished = this.#phase === 'finishing'
    this.#phase = 'ended'
    if (isCancelledByCaller) this.#record.cancelled(this.#around.clock.nowMs())
    this.#around.wheel.remove(this)
    this.#attempt?.abandon(isFinished ? ErrorCode.NO_ERROR : ErrorCode.CANCEL)
    this.#attempt = undefined
    this.#log.drop()
    this.#stopReading()
    this.#around.turn.ended(this)
  }

  tell(): void {
    this.#observer?.ended(this.#record)
  }

  #stopReading(): void {
    this.#firstMessage?.stop(this.#around.wheel)
    this.#firstMessage = undefined
  }

  #latest(deadlineMs: Deadline): Deadline {
    return Math.min(deadlineMs, this.arrivedMs + this.#around.maxCallMs)
  }
}

const NOTHING = Buffer.alloc(0)
