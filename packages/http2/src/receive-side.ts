import { Ending } from './closed-streams.ts'
import { ErrorCode } from './error-code.ts'
import type { FieldList } from './field.ts'
import type { HeaderBlock } from './header-block.ts'
import { HpackDecoder, HpackError, type BlockExcess } from './hpack/index.ts'
import { ConnectionError } from './http2-error.ts'
import type { Http2Limits } from './limits.ts'
import { DEAF_LISTENER, type ConnectionListener, type StreamListener } from './listeners.ts'
import { ReceiveWindow } from './receive-window.ts'
import { readRequestHead } from './request-head.ts'
import { readResponseHead } from './response-head.ts'
import type { SendSide } from './send-side.ts'
import { Settings } from './settings.ts'
import { StreamIds } from './stream-ids.ts'
import type { StreamTable } from './stream-table.ts'
import { Http2Stream } from './stream.ts'
import { trailersProblem } from './trailers.ts'

/** The initial windows that a new stream starts with. */
interface WindowSizes {
  receive: number
  send: number
}

/**
 * The receiving half of a connection, as far as streams go: what the peer's HEADERS, DATA, RST_STREAM and WINDOW_UPDATE do
 * to them. A broken rule resets the stream or throws `ConnectionError`, as RFC 9113 has it.
 */
export class ReceiveSide {
  readonly ids: StreamIds
  readonly decoder: HpackDecoder
  readonly sizes: WindowSizes
  /** New streams are refused: the last GOAWAY has gone out. */
  refusesStreams = false
  /** Streams that the peer has opened, refused ones not counted. */
  openedStreams = 0
  readonly #send: SendSide
  readonly #table: StreamTable
  readonly #limits: Http2Limits
  readonly #listener: ConnectionListener
  readonly #window: ReceiveWindow
  #incoming: Http2Stream | undefined

  constructor(send: SendSide, limits: Http2Limits, listener: ConnectionListener) {
    const initial = new Settings()
    this.ids = new StreamIds(send.isServer, limits.maxOwnStreams)
    this.sizes = { receive: initial.initialWindowBytes, send: initial.initialWindowBytes }
    this.decoder = new HpackDecoder({
      maxTableBytes: initial.headerTableBytes,
      maxBlockBytes: limits.maxFieldListBytes,
      maxFields: limits.maxFields,
    })
    this.#send = send
    this.#table = send.table
    this.#limits = limits
    this.#listener = listener
    this.#window = new ReceiveWindow(limits.connectionWindowBytes)
  }

  /** Opens a stream of ours, a client's. */
  open(listener: StreamListener): Http2Stream {
    const stream = new Http2Stream(this.ids.take(), this.#send, listener, this.sizes)
    this.#table.add(stream)
    return stream
  }

  /** A header block is complete. It is decoded whatever becomes of it: the compression state has to stay in step. */
  headers(streamId: number, block: HeaderBlock): void {
    const fields = this.#decode(block)
    const stream = this.#table.get(streamId)
    if (stream !== undefined) this.#furtherHeaders(stream, fields, block)
    else if (this.ids.isIdle(streamId)) this.#newStream(streamId, fields, block)
    else this.#headersAfterEnd(streamId)
  }

  dataBegins(streamId: number, frameBytes: number, contentBytes: number): void {
    if (streamId === 0) throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, 'DATA on stream 0')
    this.#chargeConnection(frameBytes)
    const stream = this.#table.get(streamId)
    this.#incoming = stream
    if (stream === undefined) this.#dataAfterEnd(streamId)
    else if (!stream.isRemoteOpen) this.#fail(stream, ErrorCode.STREAM_CLOSED)
    else if (!stream.hasHead) this.#fail(stream, ErrorCode.PROTOCOL_ERROR)
    else if (!stream.receiveWindow.take(frameBytes)) this.#fail(stream, ErrorCode.FLOW_CONTROL_ERROR)
    else this.#expectContent(stream, contentBytes, frameBytes - contentBytes)
  }

  dataPart(bytes: Buffer, start: number, end: number, endsStream: boolean): void {
    const stream = this.#incoming
    if (stream === undefined || !stream.isRemoteOpen) return
    if (!endsStream) {
      if (end > start) stream.listener.data(bytes, start, end, false)
    } else if (stream.contentLeft > 0) {
      this.#fail(stream, ErrorCode.PROTOCOL_ERROR)
    } else {
      const { listener } = stream
      this.#endRemote(stream)
      listener.data(bytes, start, end, true)
    }
  }

  rstStream(streamId: number, code: number): void {
    this.ids.refuseIdle(streamId)
    const stream = this.#table.get(streamId)
    if (stream === undefined) return
    this.#table.remove(stream, Ending.resetByPeer)
    stream.listener.reset(code, 'peer', code === ErrorCode.REFUSED_STREAM)
  }

  windowUpdate(streamId: number, bytes: number): void {
    this.ids.refuseIdle(streamId)
    const stream = this.#table.get(streamId)
    if (stream === undefined) return
    if (bytes === 0) this.#fail(stream, ErrorCode.PROTOCOL_ERROR)
    else if (!this.#send.widenStream(stream, bytes)) this.#fail(stream, ErrorCode.FLOW_CONTROL_ERROR)
  }

  /** The peer names a stream that depends on itself: forbidden once, and harmless (RFC 7540, 5.3.1). */
  selfDependency(streamId: number): void {
    const stream = this.#table.get(streamId)
    if (stream === undefined) this.ids.refuseIdle(streamId)
    else this.#fail(stream, ErrorCode.PROTOCOL_ERROR)
  }

  #decode(block: HeaderBlock): FieldList | BlockExcess {
    try {
      return this.decoder.decode(block.bytes, block.start, block.end)
    } catch (error) {
      if (error instanceof HpackError) throw new ConnectionError(ErrorCode.COMPRESSION_ERROR, error.message)
      throw error
    } finally {
      block.release()
    }
  }

  #newStream(streamId: number, fields: FieldList | BlockExcess, block: HeaderBlock): void {
    if (!this.#send.isServer || streamId % 2 === 0) {
      throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, 'HEADERS on a stream that the peer may not open')
    }
    this.ids.lastPeerId = streamId
    if (this.refusesStreams || this.#table.size >= this.#limits.maxConcurrentStreams) {
      this.#refuse(streamId, ErrorCode.REFUSED_STREAM)
      return
    }
    const head = typeof fields === 'string' ? undefined : readRequestHead(fields)
    if (head === undefined) this.#refuse(streamId, ErrorCode.ENHANCE_YOUR_CALM)
    else if (typeof head === 'string' || block.dependsOnItself) this.#refuse(streamId, ErrorCode.PROTOCOL_ERROR)
    else if (block.endsStream && head.contentLength > 0) this.#refuse(streamId, ErrorCode.PROTOCOL_ERROR)
    else {
      const stream = new Http2Stream(streamId, this.#send, DEAF_LISTENER, this.sizes)
      stream.hasHead = true
      stream.contentLeft = head.contentLength
      stream.isRemoteOpen = !block.endsStream
      this.#table.add(stream)
      this.openedStreams++
      this.#listener.opened(stream, head, block.endsStream)
    }
  }

  /** Resets a stream that never came to be. */
  #refuse(streamId: number, code: number): void {
    this.#send.writer.rstStream(streamId, code)
    this.#table.closed.note(streamId, Ending.resetByUs)
  }

  #furtherHeaders(stream: Http2Stream, fields: FieldList | BlockExcess, block: HeaderBlock): void {
    if (!stream.isRemoteOpen) this.#fail(stream, ErrorCode.STREAM_CLOSED)
    else if (typeof fields === 'string') this.#fail(stream, ErrorCode.ENHANCE_YOUR_CALM)
    else if (block.dependsOnItself) this.#fail(stream, ErrorCode.PROTOCOL_ERROR)
    else if (stream.hasHead) this.#trailers(stream, fields, block.endsStream)
    else this.#response(stream, fields, block.endsStream)
  }

  #response(stream: Http2Stream, fields: FieldList, endsStream: boolean): void {
    const head = readResponseHead(fields)
    if (typeof head === 'string' || (endsStream && (head.status < 200 || head.contentLength > 0))) {
      this.#fail(stream, ErrorCode.PROTOCOL_ERROR)
      return
    }
    if (head.status < 200) return
    stream.hasHead = true
    stream.contentLeft = head.contentLength
    const { listener } = stream
    if (endsStream) this.#endRemote(stream)
    listener.answered(fields, head.status, endsStream)
  }

  #trailers(stream: Http2Stream, fields: FieldList, endsStream: boolean): void {
    const problem = trailersProblem(fields, this.#limits.maxTrailerBytes)
    if (problem === 'too_large') this.#fail(stream, ErrorCode.ENHANCE_YOUR_CALM)
    else if (!endsStream || stream.contentLeft > 0 || problem === 'malformed') {
      this.#fail(stream, ErrorCode.PROTOCOL_ERROR)
    } else {
      const { listener } = stream
      this.#endRemote(stream)
      listener.trailers(fields)
    }
  }

  #headersAfterEnd(streamId: number): void {
    const ending = this.#table.closed.endingOf(streamId)
    if (ending === Ending.resetByUs) return
    if (ending === Ending.resetByPeer) this.#refuse(streamId, ErrorCode.STREAM_CLOSED)
    else if (ending === Ending.ended) throw new ConnectionError(ErrorCode.STREAM_CLOSED, 'HEADERS on a closed stream')
    else if (this.#send.isServer) throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, 'stream identifier went back')
  }

  #dataAfterEnd(streamId: number): void {
    this.ids.refuseIdle(streamId)
    if (this.#table.closed.endingOf(streamId) !== Ending.resetByUs) this.#refuse(streamId, ErrorCode.STREAM_CLOSED)
  }

  /**
   * The connection's window is given back on receipt: what a stalled stream holds is bounded by its own window, and must
   * not keep credit from the others.
   */
  #chargeConnection(frameBytes: number): void {
    if (!this.#window.take(frameBytes)) {
      throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, 'connection window exceeded')
    }
    const announced = this.#window.giveBack(frameBytes)
    if (announced > 0) this.#send.windowUpdate(0, announced)
  }

  #expectContent(stream: Http2Stream, contentBytes: number, paddingBytes: number): void {
    if (stream.contentLeft >= 0) {
      if (contentBytes > stream.contentLeft) {
        this.#fail(stream, ErrorCode.PROTOCOL_ERROR)
        return
      }
      stream.contentLeft -= contentBytes
    }
    if (paddingBytes > 0) stream.credit(paddingBytes)
  }

  #endRemote(stream: Http2Stream): void {
    stream.isRemoteOpen = false
    if (!stream.isLocalOpen) this.#table.remove(stream, Ending.ended)
  }

  /** Ends a stream whose peer broke a rule. */
  #fail(stream: Http2Stream, code: number): void {
    const { listener } = stream
    this.#send.reset(stream, code)
    listener.reset(code, 'us', false)
  }
}
