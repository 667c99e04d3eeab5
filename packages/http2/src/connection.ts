import type { BufferPool } from './buffer-pool.ts'
import { Ending } from './closed-streams.ts'
import { ErrorCode } from './error-code.ts'
import { Flag, FrameType } from './frame.ts'
import { FrameReader, type FrameSink } from './frame-reader.ts'
import { HeaderBlock } from './header-block.ts'
import { ConnectionError, expectLength, frameSizeError, protocolError } from './http2-error.ts'
import type { Http2Limits } from './limits.ts'
import type { ConnectionListener, StreamListener } from './listeners.ts'
import { Output } from './output.ts'
import { ReceiveSide } from './receive-side.ts'
import { SendSide } from './send-side.ts'
import { SettingsExchange } from './settings-exchange.ts'
import { StreamTable } from './stream-table.ts'
import type { Http2Stream } from './stream.ts'

/** What a connection needs from whoever owns its socket. */
export interface ConnectionOptions {
  readonly role: 'server' | 'client'
  readonly limits: Http2Limits
  readonly listener: ConnectionListener
  readonly pool: BufferPool
  /** There is output where there was none: take it from `output` before long. */
  readonly isWaiting: () => void
}

/** The last stream id of a GOAWAY that only announces another one (RFC 9113, 6.8). */
const ANY_STREAM = 2 ** 31 - 1

/** Tell the answers to our two uses of PING apart. */
const KEEPALIVE_PING = Buffer.from('spill:ka', 'latin1')
const DRAIN_PING = Buffer.from('spill:go', 'latin1')

/**
 * One HTTP/2 connection as a protocol (RFC 9113): octets in, events out to its listeners; what it wants sent goes to
 * `output`. No socket and no time: the owner of both feeds it.
 */
export class Connection implements FrameSink {
  readonly output: Output
  readonly #limits: Http2Limits
  readonly #listener: ConnectionListener
  readonly #table: StreamTable
  readonly #send: SendSide
  readonly #receive: ReceiveSide
  readonly #settings: SettingsExchange
  readonly #reader: FrameReader
  readonly #block: HeaderBlock
  #receivedBytes = 0
  #draining: 'no' | 'announced' | 'final' = 'no'
  #isGoneAway = false
  #isFinished = false

  constructor(options: ConnectionOptions) {
    const isServer = options.role === 'server'
    this.#limits = options.limits
    this.#listener = options.listener
    this.output = new Output(options.pool, options.isWaiting)
    this.#table = new StreamTable(() => this.#streamClosed())
    this.#send = new SendSide(this.output, this.#table, isServer, options.limits.outputHighWaterBytes)
    this.#receive = new ReceiveSide(this.#send, options.limits, options.listener)
    this.#reader = new FrameReader(this, options.limits.maxFrameBytes, isServer)
    this.#block = new HeaderBlock(options.limits)
    this.#settings = new SettingsExchange(this.#send, this.#receive, options.limits)
    this.#settings.greet()
  }

  /** Streams that are open. */
  get streams(): number {
    return this.#table.size
  }

  /** Streams that the peer, a client, has opened so far. */
  get openedStreams(): number {
    return this.#receive.openedStreams
  }

  get receivedBytes(): number {
    return this.#receivedBytes
  }

  /** The peer's first SETTINGS came. */
  get isSettled(): boolean {
    return this.#settings.isSettled
  }

  /** The peer owes the rest of a frame or of a header block. */
  get isMidway(): boolean {
    return this.#reader.isMidway || this.#block.streamId !== 0
  }

  /** We have asked the peer to open no more streams. */
  get isDraining(): boolean {
    return this.#draining !== 'no'
  }

  /** Whether {@link open} may be called: settled, below the peer's limit, and neither side is going away. */
  get canOpen(): boolean {
    const isEnding = this.#isGoneAway || this.isDraining || this.#isFinished
    const { isSettled, peer } = this.#settings
    return isSettled && !isEnding && this.#receive.ids.hasNext && this.#table.size < peer.maxConcurrentStreams
  }

  /** A client's: no stream can be opened on it any more, since all their numbers were. It is time for another connection. */
  get isUsedUp(): boolean {
    return !this.#receive.ids.hasNext
  }

  /** Opens a stream of ours, a client's; only when {@link canOpen}. Its headers are to be sent before anything else. */
  open(listener: StreamListener): Http2Stream {
    return this.#receive.open(listener)
  }

  /** Visits all open streams in any order. The visitor must not open or end any. */
  forEachStream(visit: (stream: Http2Stream) => void): void {
    this.#table.forEach(visit)
  }

  /** Takes what the socket has read. */
  receive(chunk: Buffer): void {
    if (this.#isFinished) return
    this.#receivedBytes += chunk.length
    try {
      this.#reader.push(chunk)
      this.#boundReplies()
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error
      this.#fail(error.code, error.message)
    }
  }

  /** The socket has taken output: what waited behind it may follow. */
  resume(): void {
    if (!this.#isFinished) this.#send.pump()
  }

  /** Asks whether the peer is still there; the listener is told of the answer. */
  ping(): void {
    if (!this.#isFinished) this.#send.writer.ping(KEEPALIVE_PING, 0, false)
  }

  /**
   * Winds the connection up without cutting a call (RFC 9113, 6.8): announces the end, and once the peer must have heard of
   * it names the last stream that counts. `finished` follows when the last stream is over.
   */
  drain(): void {
    if (this.isDraining || this.#isFinished) return
    this.#draining = 'announced'
    this.#send.writer.goAway(ANY_STREAM, ErrorCode.NO_ERROR, '')
    this.#send.writer.ping(DRAIN_PING, 0, false)
  }

  /** Does not wait for the peer to answer the announcement. */
  drainFinally(): void {
    if (this.#draining === 'final' || this.#isFinished) return
    this.#draining = 'final'
    this.#receive.refusesStreams = true
    this.#send.writer.goAway(this.#receive.ids.lastPeerId, ErrorCode.NO_ERROR, '')
    this.#finishWhenIdle()
  }

  /** Ends the connection for a reason of ours, with GOAWAY. */
  close(code: ErrorCode, reason: string): void {
    if (!this.#isFinished) this.#fail(code, reason)
  }

  /** The socket is gone: every stream is told, nothing else will be. */
  lost(): void {
    this.#isFinished = true
    for (const stream of this.#table.all()) {
      const isUnsent = stream.headersMark > this.output.takenBytes
      this.#dropStream(stream, ErrorCode.CONNECT_ERROR, isUnsent)
    }
  }

  frame(type: number, flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    this.#expect(type, flags, streamId)
    switch (type) {
      case FrameType.HEADERS:
        if (streamId === 0) throw protocolError('HEADERS on stream 0')
        if (this.#block.begin(flags, streamId, bytes, start, end)) this.#receive.headers(streamId, this.#block)
        return
      case FrameType.CONTINUATION:
        if (this.#block.append(flags, bytes, start, end)) this.#receive.headers(streamId, this.#block)
        return
      case FrameType.WINDOW_UPDATE:
        this.#windowUpdate(streamId, bytes, start, end)
        return
      case FrameType.RST_STREAM:
        expectLength(end - start, 4)
        if (streamId === 0) throw protocolError('RST_STREAM on stream 0')
        this.#receive.rstStream(streamId, bytes.readUInt32BE(start))
        return
      default:
        this.#controlFrame(type, flags, streamId, bytes, start, end)
    }
  }

  dataBegins(streamId: number, frameBytes: number, contentBytes: number): void {
    this.#expect(FrameType.DATA, Flag.NONE, streamId)
    this.#receive.dataBegins(streamId, frameBytes, contentBytes)
  }

  dataPart(bytes: Buffer, start: number, end: number, _endsFrame: boolean, endsStream: boolean): void {
    this.#receive.dataPart(bytes, start, end, endsStream)
  }

  #controlFrame(type: number, flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    switch (type) {
      case FrameType.SETTINGS:
        if (streamId !== 0) throw protocolError('SETTINGS on a stream')
        if (this.#settings.take(flags, bytes, start, end)) this.#listener.settled()
        return
      case FrameType.PING:
        this.#ping(flags, streamId, bytes, start, end)
        return
      case FrameType.GOAWAY:
        this.#goAway(streamId, bytes, start, end)
        return
      case FrameType.PRIORITY:
        this.#priority(streamId, bytes, start, end)
        return
      case FrameType.PUSH_PROMISE:
        throw protocolError('PUSH_PROMISE, which is not allowed')
      default:
        return
    }
  }

  /** What may come at this point at all: SETTINGS first, and nothing in the middle of a header block. */
  #expect(type: number, flags: number, streamId: number): void {
    if (!this.#settings.isSettled && (type !== FrameType.SETTINGS || (flags & Flag.ACK) !== 0)) {
      throw protocolError('the first frame is not SETTINGS')
    }
    const isContinuation = type === FrameType.CONTINUATION
    const isOfBlock = this.#block.streamId === streamId && this.#block.streamId !== 0
    if (isContinuation ? !isOfBlock : this.#block.streamId !== 0) throw protocolError('header block broken up')
  }

  #windowUpdate(streamId: number, bytes: Buffer, start: number, end: number): void {
    expectLength(end - start, 4)
    const increment = bytes.readUInt32BE(start) & 0x7fffffff
    if (streamId !== 0) this.#receive.windowUpdate(streamId, increment)
    else if (increment === 0) throw protocolError('WINDOW_UPDATE of nothing')
    else if (!this.#send.widen(increment)) {
      throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, 'connection window overflows')
    }
  }

  #ping(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    if (streamId !== 0) throw protocolError('PING on a stream')
    expectLength(end - start, 8)
    if ((flags & Flag.ACK) === 0) {
      this.#send.writer.ping(bytes, start, true)
    } else if (DRAIN_PING.compare(bytes, start, end) === 0 && this.isDraining) this.drainFinally()
    else if (KEEPALIVE_PING.compare(bytes, start, end) === 0) this.#listener.ponged()
  }

  #goAway(streamId: number, bytes: Buffer, start: number, end: number): void {
    if (streamId !== 0) throw protocolError('GOAWAY on a stream')
    if (end - start < 8) throw frameSizeError()
    const lastStreamId = bytes.readUInt32BE(start) & 0x7fffffff
    const code = bytes.readUInt32BE(start + 4)
    this.#isGoneAway = true
    this.#listener.goneAway(code, bytes.toString('latin1', start + 8, Math.min(end, start + 8 + 128)))
    if (this.#send.isServer) return
    for (const stream of this.#table.all()) {
      if (stream.id > lastStreamId) this.#dropStream(stream, ErrorCode.REFUSED_STREAM, true)
    }
    this.#finishWhenIdle()
  }

  #priority(streamId: number, bytes: Buffer, start: number, end: number): void {
    if (streamId === 0) throw protocolError('PRIORITY on stream 0')
    expectLength(end - start, 5)
    const dependency = bytes.readUInt32BE(start) & 0x7fffffff
    if (dependency === streamId) this.#receive.selfDependency(streamId)
  }

  #dropStream(stream: Http2Stream, code: number, isUnprocessed: boolean): void {
    this.#table.remove(stream, Ending.resetByPeer)
    stream.listener.reset(code, 'connection', isUnprocessed)
  }

  #streamClosed(): void {
    this.#listener.streamClosed()
    this.#finishWhenIdle()
  }

  #finishWhenIdle(): void {
    const isEnding = this.#draining === 'final' || (this.#isGoneAway && !this.#send.isServer)
    if (!isEnding || this.#table.size > 0 || this.#isFinished) return
    this.#isFinished = true
    this.#listener.finished(ErrorCode.NO_ERROR, '')
  }

  /** A peer that makes us reply and does not read the replies must not make us hold ever more of them. */
  #boundReplies(): void {
    if (this.output.pendingBytes > this.#limits.maxOutputBytes) {
      throw new ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, 'replies are not read')
    }
  }

  #fail(code: ErrorCode, reason: string): void {
    if (this.#isFinished) return
    this.#isFinished = true
    this.#send.writer.goAway(this.#receive.ids.lastPeerId, code, reason)
    for (const stream of this.#table.all()) this.#dropStream(stream, code, false)
    this.#listener.finished(code, reason)
  }
}
