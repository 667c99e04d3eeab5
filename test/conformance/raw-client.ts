import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import {
  CLIENT_PREFACE,
  FRAME_HEADER_BYTES,
  Flag,
  FrameType,
  HpackDecoder,
  HpackEncoder,
  encodedBound,
  field,
  fieldList,
  type Field,
} from '@spillway/http2'

/** Name and value pairs; names and values as they shall be on the wire, right or wrong. */
export type Pairs = readonly (readonly [name: string, value: string])[]

/** A frame that came. */
export interface Frame {
  readonly type: number
  readonly flags: number
  readonly streamId: number
  readonly payload: Buffer
  /** Of HEADERS: the fields. */
  readonly fields: readonly Field[]
}

/** A request that nothing is wrong with. */
export const GOOD_REQUEST: Pairs = [
  [':method', 'POST'],
  [':scheme', 'http'],
  [':path', '/a.B/C'],
  [':authority', 'host'],
  ['te', 'trailers'],
  ['content-type', 'application/grpc'],
]

/** The good request with some fields replaced, left out (undefined) or put behind. */
export function requestWith(changes: Readonly<Record<string, string | undefined>>): Pairs {
  const kept = GOOD_REQUEST.map(([name, value]) => [name, name in changes ? changes[name] : value] as const)
  const more = Object.entries(changes).filter(([name]) => !GOOD_REQUEST.some(([known]) => known === name))
  return [...kept, ...more].flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
}

/** Any frame. */
export function frame(type: number, flags: number, streamId: number, payload: Uint8Array | string = ''): Buffer {
  const body = Buffer.from(payload)
  const head = Buffer.alloc(FRAME_HEADER_BYTES)
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
  return frame(type, Flag.NONE, streamId, payload)
}

/** An HTTP/2 client that sends whatever frames it is told to. Greets by itself; answers nothing. */
export class RawClient {
  readonly #socket: Socket
  readonly #encoder = new HpackEncoder()
  readonly #decoder = new HpackDecoder({ maxTableBytes: 4_096, maxBlockBytes: 1e9, maxFields: 1e9 })
  readonly #frames: Frame[] = []
  #rest = Buffer.alloc(0)
  #isClosed = false
  #changed: () => void = () => {}

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#isClosed = true
      this.#changed()
    })
  }

  static async connect(address: string, greeting: Uint8Array = GREETING): Promise<RawClient> {
    const [host, port] = address.split(':')
    const socket = connect({ host: host ?? '', port: Number(port), noDelay: true })
    await once(socket, 'connect')
    const client = new RawClient(socket)
    client.send(greeting)
    return client
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  send(...frames: readonly Uint8Array[]): void {
    this.#socket.write(Buffer.concat(frames))
  }

  /** HEADERS in one frame. */
  headers(streamId: number, pairs: Pairs, endsStream: boolean, neverIndexed: readonly string[] = []): void {
    this.send(frame(FrameType.HEADERS, headersFlags(endsStream), streamId, this.block(pairs, neverIndexed)))
  }

  /** A header block, to be sent in the order of the calls. */
  block(pairs: Pairs, neverIndexed: readonly string[] = []): Buffer {
    const list = fieldList(pairs.map(([name, value]) => field(name, value, neverIndexed.includes(name))))
    const out = Buffer.alloc(encodedBound(list))
    return out.subarray(0, this.#encoder.encode(list, out, 0))
  }

  data(streamId: number, payload: Uint8Array | string, endsStream: boolean): void {
    this.send(frame(FrameType.DATA, endsStream ? Flag.END_STREAM : Flag.NONE, streamId, payload))
  }

  /** The next frame of that type on that stream, now or later; undefined when the connection closes first. */
  async next(type: number, streamId: number): Promise<Frame | undefined> {
    for (;;) {
      const index = this.#frames.findIndex((each) => each.type === type && each.streamId === streamId)
      if (index >= 0) return this.#frames.splice(index, 1)[0]
      if (this.#isClosed) return undefined
      await this.#change()
    }
  }

  /** Everything on a stream up to its end, by END_STREAM or RST_STREAM. */
  async rest(streamId: number): Promise<Frame[]> {
    const frames: Frame[] = []
    for (;;) {
      const next = this.#frames.findIndex((each) => each.streamId === streamId)
      const [found] = next < 0 ? [] : this.#frames.splice(next, 1)
      if (found) frames.push(found)
      if ((found && endsStream(found)) || (!found && this.#isClosed)) return frames
      if (!found) await this.#change()
    }
  }

  /** Waits for the server to close the connection. */
  async closed(): Promise<void> {
    while (!this.#isClosed) await this.#change()
  }

  close(): void {
    this.#socket.destroy()
  }

  async #change(): Promise<void> {
    await new Promise<void>((resolve) => (this.#changed = resolve))
  }

  #read(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk])
    while (this.#rest.length >= FRAME_HEADER_BYTES) {
      const end = FRAME_HEADER_BYTES + this.#rest.readUIntBE(0, 3)
      if (this.#rest.length < end) break
      this.#take(this.#rest.subarray(0, end))
      this.#rest = this.#rest.subarray(end)
    }
    this.#changed()
  }

  #take(octets: Buffer): void {
    const [type = 0, flags = 0] = octets.subarray(3)
    const payload = octets.subarray(FRAME_HEADER_BYTES)
    const list = type === FrameType.HEADERS ? this.#decoder.decode(payload, 0, payload.length) : undefined
    const fields = typeof list === 'object' ? list.fields : []
    this.#frames.push({ type, flags, streamId: octets.readUInt32BE(5), payload, fields })
  }
}

const GREETING = Buffer.concat([CLIENT_PREFACE, frame(FrameType.SETTINGS, Flag.NONE, 0)])

function headersFlags(endsStream: boolean): number {
  return endsStream ? Flag.END_HEADERS | Flag.END_STREAM : Flag.END_HEADERS
}

/** Whether nothing more comes on the frame's stream. */
export function endsStream(seen: Frame): boolean {
  const mayEnd = seen.type === FrameType.DATA || seen.type === FrameType.HEADERS
  return seen.type === FrameType.RST_STREAM || (mayEnd && (seen.flags & Flag.END_STREAM) !== 0)
}

/** Values of all fields of that name in the frames. */
export function valuesOf(frames: readonly Frame[], name: string): string[] {
  return frames.flatMap((each) => each.fields.filter((field) => field.name === name).map((field) => field.value))
}
