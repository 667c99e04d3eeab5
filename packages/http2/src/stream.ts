import { ByteQueue } from './byte-queue.ts'
import { Ending } from './closed-streams.ts'
import { ErrorCode } from './error-code.ts'
import type { FieldList } from './field.ts'
import type { StreamListener } from './listeners.ts'
import { ReceiveWindow } from './receive-window.ts'
import type { SendSide } from './send-side.ts'

/**
 * One stream (RFC 9113, 5.1): open while it is in its connection's table, half-closed when one of `isLocalOpen` and
 * `isRemoteOpen` is false, closed when both are. The first group of members is its users', the second its connection's.
 */
export class Http2Stream {
  readonly id: number
  isLocalOpen = true
  isRemoteOpen = true
  /** Who hears of it. */
  listener: StreamListener

  /** Owned by the connection: its first HEADERS came (a request has them from the start). */
  hasHead: boolean
  /** Owned by the connection: octets of announced content that have not come; -1 when none were announced. */
  contentLeft = -1
  /** Owned by the connection: what the peer may still send. */
  readonly receiveWindow: ReceiveWindow
  /** Owned by `SendSide`: what we may still send. */
  sendWindow: number
  /** Owned by `SendSide`: it is in the line of those that can send. */
  isInLine = false
  /** Owned by `SendSide`: `Output.totalBytes` behind its first HEADERS. */
  headersMark = Number.POSITIVE_INFINITY

  readonly #send: SendSide
  #queue: ByteQueue | undefined
  #trailers: readonly FieldList[] | undefined
  #endsAfterQueue = false

  constructor(id: number, send: SendSide, listener: StreamListener, sizes: { receive: number; send: number }) {
    this.id = id
    this.#send = send
    this.listener = listener
    this.hasHead = false
    this.receiveWindow = new ReceiveWindow(sizes.receive)
    this.sendWindow = sizes.send
  }

  /** Octets given to {@link sendData} that have not left. */
  get queuedBytes(): number {
    return this.#queue === undefined ? 0 : this.#queue.length
  }

  /** Sends the first header fields: the request's or the response's. The parts make one block, in order. */
  sendHeaders(parts: readonly FieldList[], endsStream: boolean): void {
    if (!this.isLocalOpen) return
    this.#send.headers(this, parts, endsStream)
    this.headersMark = this.#send.output.totalBytes
    if (endsStream) this.#endLocal()
  }

  /**
   * Sends octets of the body, or keeps them until the windows and the socket let them go. Returns how many left at once;
   * of the others `StreamListener.drained` tells. What is kept may refer to `bytes`, which must not change.
   */
  sendData(bytes: Buffer, start: number, end: number, endsStream: boolean): number {
    if (!this.isLocalOpen || this.#endsAfterQueue) return 0
    const isFree = this.queuedBytes === 0
    const left = isFree ? this.#send.dataNow(this, bytes, start, end, endsStream) : 0
    if (isFree && left === end - start) {
      if (endsStream) this.#endLocal()
      return left
    }
    this.#endsAfterQueue = endsStream
    this.#queue ??= new ByteQueue()
    this.#queue.push(bytes, start + left, end)
    this.#send.line(this)
    return left
  }

  /** Sends trailers behind all data, and with them ends our side. */
  sendTrailers(parts: readonly FieldList[]): void {
    if (!this.isLocalOpen || this.#endsAfterQueue) return
    this.#trailers = parts
    this.#endsAfterQueue = true
    if (this.queuedBytes === 0) this.#finish()
  }

  /** Gives the peer back so many octets of the stream's window. */
  credit(bytes: number): void {
    const announced = this.receiveWindow.giveBack(bytes)
    if (announced > 0 && this.isRemoteOpen) this.#send.windowUpdate(this.id, announced)
  }

  /** Ends the stream now. Its listener hears nothing more. */
  reset(code: number): void {
    if (!this.isLocalOpen && !this.isRemoteOpen) return
    this.#send.reset(this, code)
  }

  /**
   * Throws away data and trailers that have not left, so that others can be sent. For ends that must not wait for a slow
   * reader.
   */
  discardQueued(): void {
    this.#queue?.clear()
    this.#trailers = undefined
    this.#endsAfterQueue = false
  }

  /** For `SendSide`: sends one frame of what is queued, at most `maxBytes`; returns its size. */
  sendQueued(maxBytes: number): number {
    const bytes = this.#queue?.shift(maxBytes)
    if (bytes === undefined) return 0
    const endsWithIt = this.#endsAfterQueue && this.queuedBytes === 0 && this.#trailers === undefined
    this.#send.dataFrame(this, bytes, endsWithIt)
    if (endsWithIt) this.#endLocal()
    else if (this.#endsAfterQueue && this.queuedBytes === 0) this.#finish()
    return bytes.length
  }

  /** For the connection: both sides are over, whatever was queued. */
  close(): void {
    this.isLocalOpen = false
    this.isRemoteOpen = false
    this.#queue?.clear()
    this.#trailers = undefined
  }

  #finish(): void {
    const trailers = this.#trailers
    if (trailers === undefined) return
    this.#trailers = undefined
    this.#send.headers(this, trailers, true)
    this.#endLocal()
  }

  #endLocal(): void {
    this.isLocalOpen = false
    if (!this.isRemoteOpen) this.#send.table.remove(this, Ending.ended)
    else if (this.#send.isServer) this.#send.reset(this, ErrorCode.NO_ERROR)
    this.listener.ended()
  }
}
