import type { FieldList } from './field.ts'
import { Ending } from './closed-streams.ts'
import { FrameWriter } from './frame-writer.ts'
import type { Output } from './output.ts'
import { MAX_WINDOW_BYTES } from './settings.ts'
import type { StreamTable } from './stream-table.ts'
import type { Http2Stream } from './stream.ts'

/** Streams that have data take turns, one frame of at most this size each: every peer takes frames of this size. */
const TURN_BYTES = 16_384

/** Streams that may stand in line though they are closed, besides as many as are open. */
const MAX_CLOSED_IN_LINE = 64

/**
 * The sending half of a connection: decides when data may leave, by the stream's window, the connection's window and what
 * the socket has not taken, in turns, so that no stream holds up another.
 */
export class SendSide {
  readonly output: Output
  readonly table: StreamTable
  readonly isServer: boolean
  readonly writer: FrameWriter
  readonly #highWaterBytes: number
  #window = 65_535
  #line: Http2Stream[] = []
  #isPumping = false

  constructor(output: Output, table: StreamTable, isServer: boolean, highWaterBytes: number) {
    this.output = output
    this.table = table
    this.isServer = isServer
    this.writer = new FrameWriter(output)
    this.#highWaterBytes = highWaterBytes
  }

  headers(stream: Http2Stream, parts: readonly FieldList[], endsStream: boolean): void {
    this.writer.headers(stream.id, parts, endsStream)
  }

  /** Sends of these octets what may leave at once, with END_STREAM when that is all. Returns how many. */
  dataNow(stream: Http2Stream, bytes: Buffer, start: number, end: number, endsStream: boolean): number {
    if (start === end) {
      if (endsStream) this.writer.data(stream.id, bytes, start, end, true)
      return 0
    }
    let at = start
    while (at < end) {
      const size = Math.min(end - at, this.#allowance(stream))
      if (size <= 0) break
      this.#account(stream, size)
      this.writer.data(stream.id, bytes, at, at + size, endsStream && at + size === end)
      at += size
    }
    return at - start
  }

  /** Sends one frame of queued data that {@link pump} has allowed. */
  dataFrame(stream: Http2Stream, bytes: Buffer, endsStream: boolean): void {
    this.#account(stream, bytes.length)
    this.writer.data(stream.id, bytes, 0, bytes.length, endsStream)
  }

  windowUpdate(streamId: number, bytes: number): void {
    this.writer.windowUpdate(streamId, bytes)
  }

  /** Resets a stream and forgets it. */
  reset(stream: Http2Stream, code: number): void {
    this.writer.rstStream(stream.id, code)
    this.table.remove(stream, Ending.resetByUs)
  }

  /** The peer gave credit for the connection. False when that overflows the window. */
  widen(bytes: number): boolean {
    this.#window += bytes
    if (this.#window > MAX_WINDOW_BYTES) return false
    this.pump()
    return true
  }

  /** The peer gave credit for one stream, or took it. False when that overflows the window. */
  widenStream(stream: Http2Stream, bytes: number): boolean {
    stream.sendWindow += bytes
    if (stream.sendWindow > MAX_WINDOW_BYTES) return false
    if (stream.queuedBytes > 0) this.line(stream)
    return true
  }

  /** Puts a stream with queued data in line, once; it leaves the line when its data or its window is used up. */
  line(stream: Http2Stream): void {
    if (!stream.isInLine && stream.sendWindow > 0) {
      stream.isInLine = true
      if (this.#line.length > 2 * this.table.size + MAX_CLOSED_IN_LINE) this.#closeRanks()
      this.#line.push(stream)
    }
    this.pump()
  }

  /** Lets queued data go as far as it may: after credit came, or after the socket has taken some. */
  pump(): void {
    if (this.#isPumping) return
    this.#isPumping = true
    let turn = 0
    for (; turn < this.#line.length && this.#hasRoom(); turn++) {
      const stream = this.#line[turn]
      if (stream !== undefined) this.#giveTurn(stream)
    }
    if (turn > 0) this.#line.splice(0, turn)
    this.#isPumping = false
  }

  /** While nothing may leave nobody's turn comes: without this, streams that come and are reset would pile up in line. */
  #closeRanks(): void {
    if (!this.#isPumping) this.#line = this.#line.filter((stream) => stream.isLocalOpen)
  }

  #giveTurn(stream: Http2Stream): void {
    const allowed = stream.isLocalOpen ? this.#allowance(stream) : 0
    const size = allowed > 0 ? stream.sendQueued(allowed) : 0
    stream.isInLine = size > 0 && stream.queuedBytes > 0 && stream.sendWindow > 0
    if (stream.isInLine) this.#line.push(stream)
    if (size > 0) stream.listener.drained(size)
  }

  #account(stream: Http2Stream, bytes: number): void {
    stream.sendWindow -= bytes
    this.#window -= bytes
  }

  #hasRoom(): boolean {
    return this.#window > 0 && this.output.pendingBytes < this.#highWaterBytes
  }

  /** The largest frame that may leave now; 0 or less for none. */
  #allowance(stream: Http2Stream): number {
    if (this.output.pendingBytes >= this.#highWaterBytes) return 0
    return Math.min(stream.sendWindow, this.#window, TURN_BYTES)
  }
}
