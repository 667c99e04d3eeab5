import { BufferPool } from './buffer-pool.ts'
import { Connection } from './connection.ts'
import { errorCodeName } from './error-code.ts'
import { field, fieldList, type FieldList } from './field.ts'
import { CLIENT_PREFACE, Flag, FrameType } from './frame.ts'
import { FrameReader } from './frame-reader.ts'
import { HpackDecoder, HpackEncoder, encodedBound } from './hpack/index.ts'
import { DEFAULT_HTTP2_LIMITS, type Http2Limits } from './limits.ts'
import type { ConnectionListener, StreamListener } from './listeners.ts'
import type { RequestHead } from './request-head.ts'
import type { Http2Stream } from './stream.ts'

/** A frame as a test sees it. */
export interface SeenFrame {
  readonly type: number
  readonly flags: number
  readonly streamId: number
  readonly payload: Buffer
}

/** Name and value pairs. */
export type Pairs = readonly (readonly [name: string, value: string])[]

/** A request that nothing is wrong with. */
export const REQUEST: Pairs = [
  [':method', 'POST'],
  [':scheme', 'http'],
  [':path', '/svc/method'],
  [':authority', 'host'],
]

/** Any frame. */
export function frame(type: number, flags: number, streamId: number, payload: Uint8Array | string = ''): Buffer {
  const body = Buffer.from(payload)
  const head = Buffer.alloc(9)
  head.writeUIntBE(body.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(streamId, 5)
  return Buffer.concat([head, body])
}

/** A frame whose payload is one 32-bit number. */
export function wordFrame(type: number, streamId: number, value: number): Buffer {
  const payload = Buffer.alloc(4)
  payload.writeUInt32BE(value >>> 0)
  return frame(type, 0, streamId, payload)
}

/** SETTINGS with these pairs. */
export function settingsFrame(...pairs: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = Buffer.alloc(6 * pairs.length)
  pairs.forEach(([id, value], index) => {
    payload.writeUInt16BE(id, 6 * index)
    payload.writeUInt32BE(value, 6 * index + 2)
  })
  return frame(FrameType.SETTINGS, 0, 0, payload)
}

/** A field list from pairs. */
export function listOf(pairs: Pairs): FieldList {
  return fieldList(pairs.map(([name, value]) => field(name, value)))
}

/**
 * A peer that sends whatever a test wants, to a real connection whose events it writes down. It greets by itself.
 */
export class TestPeer implements ConnectionListener {
  readonly connection: Connection
  /** What the connection told its listeners, in words. */
  readonly events: string[] = []
  /** Streams that the connection has opened to us, by number. */
  readonly streams = new Map<number, Http2Stream>()
  readonly #encoder = new HpackEncoder()
  readonly #decoder = new HpackDecoder({ maxTableBytes: 4_096, maxBlockBytes: 1e6, maxFields: 1e4 })
  readonly #reader: FrameReader
  #seen: SeenFrame[] = []

  constructor(role: 'server' | 'client' = 'server', limits: Partial<Http2Limits> = {}, greets = true) {
    this.connection = new Connection({
      role,
      limits: { ...DEFAULT_HTTP2_LIMITS, ...limits },
      listener: this,
      pool: new BufferPool(),
      isWaiting: () => {},
    })
    this.#reader = new FrameReader(this.#sink(), 2 ** 24, role === 'client')
    if (!greets) return
    if (role === 'server') this.connection.receive(CLIENT_PREFACE)
    this.send(settingsFrame(), frame(FrameType.SETTINGS, Flag.ACK, 0))
    this.sent()
    this.events.length = 0
  }

  send(...frames: readonly Buffer[]): void {
    this.connection.receive(Buffer.concat(frames))
  }

  /** HEADERS with these fields, as the next block of this peer. */
  headers(streamId: number, pairs: Pairs = REQUEST, flags: number = Flag.END_HEADERS): Buffer {
    return frame(FrameType.HEADERS, flags, streamId, this.block(pairs))
  }

  /** The next header block of this peer. */
  block(pairs: Pairs): Buffer {
    const list = listOf(pairs)
    const out = Buffer.alloc(encodedBound(list))
    return out.subarray(0, this.#encoder.encode(list, out, 0))
  }

  /** The frames that the connection sent since the last time; DATA whole. */
  sent(): SeenFrame[] {
    for (let batch = this.connection.output.take(); batch !== undefined; batch = this.connection.output.take()) {
      for (const chunk of batch.chunks) this.#reader.push(Buffer.from(chunk))
      this.connection.output.written(batch)
      this.connection.resume()
    }
    const seen = this.#seen
    this.#seen = []
    return seen
  }

  /** The frames of one type among {@link sent}. */
  sentOf(type: number): SeenFrame[] {
    return this.sent().filter((each) => each.type === type)
  }

  /** The connection error that was sent, by name; undefined when there was none. */
  connectionError(): string | undefined {
    const goAway = this.sentOf(FrameType.GOAWAY).at(-1)
    return goAway === undefined ? undefined : errorCodeName(goAway.payload.readUInt32BE(4))
  }

  /** The resets that were sent: stream and name of the code. */
  resets(): string[] {
    return this.sentOf(FrameType.RST_STREAM).map(
      (each) => `${each.streamId} ${errorCodeName(each.payload.readUInt32BE(0))}`,
    )
  }

  /** The fields of a HEADERS frame that the connection sent. To be called for each, in order. */
  fieldsOf(seen: SeenFrame): string[] {
    const list = this.#decoder.decode(seen.payload, 0, seen.payload.length)
    return typeof list === 'string' ? [list] : list.fields.map((each) => `${each.name}: ${each.value}`)
  }

  /** Listens to one stream and writes its events down. */
  listenTo(label: string): StreamListener {
    const note = (text: string): void => void this.events.push(`${label} ${text}`)
    return {
      answered: (_fields, status, ends) => note(`answered ${status}${ends ? ' end' : ''}`),
      data: (bytes, start, end, ends) => note(`data ${bytes.toString('latin1', start, end)}${ends ? ' end' : ''}`),
      trailers: (fields) => note(`trailers ${fields.fields.map((each) => each.name).join(',')}`),
      drained: (bytes) => note(`drained ${bytes}`),
      ended: () => note('ended'),
      reset: (code, by, isUnprocessed) =>
        note(`reset ${errorCodeName(code)} by ${by}${isUnprocessed ? ' unprocessed' : ''}`),
    }
  }

  opened(stream: Http2Stream, head: RequestHead, endsStream: boolean): void {
    stream.listener = this.listenTo(String(stream.id))
    this.streams.set(stream.id, stream)
    this.events.push(`${stream.id} opened ${head.path}${endsStream ? ' end' : ''}`)
  }

  settled(): void {
    this.events.push('settled')
  }

  streamClosed(): void {
    this.events.push('closed')
  }

  goneAway(code: number, reason: string): void {
    this.events.push(`gone away ${errorCodeName(code)} ${reason}`)
  }

  ponged(): void {
    this.events.push('ponged')
  }

  finished(code: number): void {
    this.events.push(`finished ${errorCodeName(code)}`)
  }

  #sink(): ConstructorParameters<typeof FrameReader>[0] {
    let data: { streamId: number; parts: Buffer[] } = { streamId: 0, parts: [] }
    return {
      frame: (type, flags, streamId, bytes, start, end) => {
        this.#seen.push({ type, flags, streamId, payload: Buffer.from(bytes.subarray(start, end)) })
      },
      dataBegins: (streamId) => {
        data = { streamId, parts: [] }
      },
      dataPart: (bytes, start, end, endsFrame, endsStream) => {
        data.parts.push(bytes.subarray(start, end))
        if (!endsFrame) return
        const flags = endsStream ? Flag.END_STREAM : 0
        this.#seen.push({ type: FrameType.DATA, flags, streamId: data.streamId, payload: Buffer.concat(data.parts) })
      },
    }
  }
}
