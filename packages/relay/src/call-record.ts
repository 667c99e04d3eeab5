import { MetadataName, Status, parseStatus } from '@spillway/call'
import type { FieldList } from '@spillway/http2'
import { AnswerMessages } from './answer-messages.ts'
import type { AnswerReader, ExchangeEnd } from './exchange.ts'
import type { RequestLog } from './request-log.ts'
import type { RequestTraits } from './request-traits.ts'

/** Writes down how a call goes. At its end it is the report. */
export class CallRecord implements ExchangeEnd {
  status: Status = Status.CANCELLED
  isOwn = false
  isFromSidecar = false
  hasPushback = false
  isCancelledByCaller = false
  /** Octets of the answer, gRPC prefixes included. */
  responseBytes = 0
  readonly #traits: RequestTraits
  readonly #request: RequestLog
  #reader: AnswerReader | undefined
  #messages: AnswerMessages | undefined
  #sentMs = Number.NaN
  #endedMs = Number.NaN

  constructor(traits: RequestTraits, request: RequestLog) {
    this.#traits = traits
    this.#request = request
  }

  get allowedMs(): number {
    return this.#traits.allowedMs
  }

  get isForwarded(): boolean {
    return !Number.isNaN(this.#sentMs)
  }

  get heldMs(): number {
    return this.isForwarded ? this.#endedMs - this.#sentMs : 0
  }

  get isRequestComplete(): boolean {
    return this.#request.isComplete
  }

  get requestBytes(): number {
    return this.#request.totalBytes
  }

  /** Who reads along with the answer from now on; undefined: nobody. */
  readBy(reader: AnswerReader | undefined): void {
    this.#reader = reader
    this.#messages = reader !== undefined && reader.maxMessageBytes >= 0 ? new AnswerMessages(reader) : undefined
  }

  /** Octets of the answer have come. */
  passed(bytes: Buffer, start: number, end: number): void {
    this.responseBytes += end - start
    if (this.#messages !== undefined) this.#messages.add(bytes, start, end)
  }

  /** It was sent to an upstream, for the first time or again. */
  sent(nowMs: number): void {
    if (Number.isNaN(this.#sentMs)) this.#sentMs = nowMs
  }

  /** Nothing of it was processed, and nobody is there to send it to. */
  unsent(): void {
    this.#sentMs = Number.NaN
  }

  /** The upstream's answer is complete; `fields` carry its status. */
  answered(fields: FieldList, nowMs: number): void {
    this.status = parseStatus(fields.get('grpc-status'))
    this.isFromSidecar = fields.get(MetadataName.origin) !== undefined
    this.hasPushback = fields.get(MetadataName.pushback) !== undefined
    this.#endedMs = nowMs
    if (this.#reader !== undefined) this.#reader.complete(fields)
  }

  /** We have made the status. Replaces what the upstream said before. */
  answeredByUs(status: Status, nowMs: number): void {
    this.status = status
    this.isOwn = true
    this.isFromSidecar = false
    this.hasPushback = false
    this.#endedMs = nowMs
  }

  /** The caller does not take what there is of the answer: that it is late says nothing of the upstream. */
  leftUntaken(): void {
    this.isCancelledByCaller = true
  }

  /** The caller went away before the answer was complete. The upstream's time ends with its answer, if there was one. */
  cancelled(nowMs: number): void {
    this.isCancelledByCaller = true
    this.status = Status.CANCELLED
    if (Number.isNaN(this.#endedMs)) this.#endedMs = nowMs
  }
}
