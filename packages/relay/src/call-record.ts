import { MetadataName, Status, parseStatus } from '@spillway/call'
import type { FieldList } from '@spillway/http2'
import { AnswerMessages } from './answer-messages.ts'
import type { AnswerReader, ExchangeEnd } from './exchange.ts'
import type { RequestLog } from './request-log.ts'

/** Writes down how a call goes, for the report at its end. */
export class CallRecord {
  /** Octets of the answer, gRPC prefixes included. */
  responseBytes = 0
  #reader: AnswerReader | undefined
  #messages: AnswerMessages | undefined
  #sentMs = Number.NaN
  #endedMs = Number.NaN
  #status: Status = Status.CANCELLED
  #isOwn = false
  #isFromSidecar = false
  #hasPushback = false
  #isCancelledByCaller = false

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
    this.#status = parseStatus(fields.get('grpc-status'))
    this.#isFromSidecar = fields.get(MetadataName.origin) !== undefined
    this.#hasPushback = fields.get(MetadataName.pushback) !== undefined
    this.#endedMs = nowMs
    if (this.#reader !== undefined) this.#reader.complete(fields)
  }

  /** We have made the status. Replaces what the upstream said before. */
  answeredByUs(status: Status, nowMs: number): void {
    this.#status = status
    this.#isOwn = true
    this.#isFromSidecar = false
    this.#hasPushback = false
    this.#endedMs = nowMs
  }

  /** The caller does not take what there is of the answer: that it is late says nothing of the upstream. */
  leftUntaken(): void {
    this.#isCancelledByCaller = true
  }

  /** The caller went away before the answer was complete. The upstream's time ends with its answer, if there was one. */
  cancelled(nowMs: number): void {
    this.#isCancelledByCaller = true
    this.#status = Status.CANCELLED
    if (Number.isNaN(this.#endedMs)) this.#endedMs = nowMs
  }

  end(request: Pick<RequestLog, 'isComplete' | 'totalBytes'>, allowedMs: number): ExchangeEnd {
    const isForwarded = !Number.isNaN(this.#sentMs)
    return {
      status: this.#status,
      isFromSidecar: this.#isFromSidecar,
      hasPushback: this.#hasPushback,
      isCancelledByCaller: this.#isCancelledByCaller,
      heldMs: isForwarded ? this.#endedMs - this.#sentMs : 0,
      allowedMs,
      isForwarded,
      isOwn: this.#isOwn,
      isRequestComplete: request.isComplete,
      requestBytes: request.totalBytes,
      responseBytes: this.responseBytes,
    }
  }
}
