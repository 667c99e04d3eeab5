import { Buffer } from 'node:buffer'
import type { FieldList } from './field.ts'
import { Flag, FRAME_HEADER_BYTES, FrameType } from './frame.ts'
import { HpackEncoder, encodedBound } from './hpack/index.ts'
import type { Output } from './output.ts'
import { SETTING_BYTES } from './settings.ts'

/** Header blocks up to this bound are written straight into the output, in one frame. Every peer takes such a frame. */
const DIRECT_BLOCK_BYTES = 16_384

/** Writes frames into an {@link Output}. Knows the layout of frames and nothing of when they may be sent. */
export class FrameWriter {
  readonly encoder = new HpackEncoder()
  readonly #output: Output

  constructor(output: Output) {
    this.#output = output
  }

  /** HEADERS, with CONTINUATIONs as needed. The parts make one block. */
  headers(streamId: number, parts: readonly FieldList[], endsStream: boolean): void {
    let bound = 0
    for (const part of parts) bound += encodedBound(part)
    const flags = endsStream ? Flag.END_STREAM : Flag.NONE
    if (bound > DIRECT_BLOCK_BYTES) {
      this.#longHeaders(streamId, parts, flags, bound)
      return
    }
    const output = this.#output
    const at = output.reserve(FRAME_HEADER_BYTES + bound)
    const end = this.#encode(parts, output.buffer, at + FRAME_HEADER_BYTES)
    const length = end - at - FRAME_HEADER_BYTES
    writeFrameHeader(output.buffer, at, length, FrameType.HEADERS, flags | Flag.END_HEADERS, streamId)
    output.commit(end)
  }

  /** One DATA frame; `[start, end)` must not exceed what the peer takes. */
  data(streamId: number, bytes: Buffer, start: number, end: number, endsStream: boolean): void {
    const flags = endsStream ? Flag.END_STREAM : Flag.NONE
    this.#frame(FrameType.DATA, flags, streamId, end - start)
    if (end > start) this.#output.append(bytes, start, end)
  }

  rstStream(streamId: number, code: number): void {
    this.#word(FrameType.RST_STREAM, streamId, code)
  }

  /** `streamId` 0 is the connection's window. */
  windowUpdate(streamId: number, bytes: number): void {
    this.#word(FrameType.WINDOW_UPDATE, streamId, bytes)
  }

  /** SETTINGS with pairs of identifier and value. */
  settings(pairs: readonly (readonly [id: number, value: number])[]): void {
    let at = this.#payload(FrameType.SETTINGS, Flag.NONE, 0, pairs.length * SETTING_BYTES)
    for (const [id, value] of pairs) {
      at = this.#output.buffer.writeUInt16BE(id, at)
      at = this.#output.buffer.writeUInt32BE(value, at)
    }
    this.#output.commit(at)
  }

  settingsAck(): void {
    this.#frame(FrameType.SETTINGS, Flag.ACK, 0, 0)
  }

  /** PING with the eight octets at `start`. */
  ping(bytes: Buffer, start: number, isAck: boolean): void {
    const at = this.#payload(FrameType.PING, isAck ? Flag.ACK : Flag.NONE, 0, 8)
    bytes.copy(this.#output.buffer, at, start, start + 8)
    this.#output.commit(at + 8)
  }

  /** GOAWAY; `reason` (ASCII) travels as its debug data, for people. */
  goAway(lastStreamId: number, code: number, reason: string): void {
    const at = this.#payload(FrameType.GOAWAY, Flag.NONE, 0, 8 + reason.length)
    this.#output.buffer.writeUInt32BE(lastStreamId, at)
    this.#output.buffer.writeUInt32BE(code, at + 4)
    this.#output.buffer.write(reason, at + 8, 'latin1')
    this.#output.commit(at + 8 + reason.length)
  }

  #longHeaders(streamId: number, parts: readonly FieldList[], flags: number, bound: number): void {
    const block = Buffer.allocUnsafe(bound)
    const length = this.#encode(parts, block, 0)
    let start = 0
    let type: number = FrameType.HEADERS
    while (start < length || type === FrameType.HEADERS) {
      const end = Math.min(start + DIRECT_BLOCK_BYTES, length)
      const first = type === FrameType.HEADERS ? flags : Flag.NONE
      this.#frame(type, end === length ? first | Flag.END_HEADERS : first, streamId, end - start)
      this.#output.append(block, start, end)
      start = end
      type = FrameType.CONTINUATION
    }
  }

  #encode(parts: readonly FieldList[], out: Buffer, offset: number): number {
    let end = offset
    for (const part of parts) end = this.encoder.encode(part, out, end)
    return end
  }

  #word(type: number, streamId: number, value: number): void {
    const at = this.#payload(type, Flag.NONE, streamId, 4)
    this.#output.buffer.writeUInt32BE(value, at)
    this.#output.commit(at + 4)
  }

  /** Writes a header and makes room for the whole payload. Returns where the payload starts. */
  #payload(type: number, flags: number, streamId: number, length: number): number {
    const at = this.#output.reserve(FRAME_HEADER_BYTES + length)
    writeFrameHeader(this.#output.buffer, at, length, type, flags, streamId)
    return at + FRAME_HEADER_BYTES
  }

  /** Writes a header only. */
  #frame(type: number, flags: number, streamId: number, length: number): void {
    const at = this.#output.reserve(FRAME_HEADER_BYTES)
    writeFrameHeader(this.#output.buffer, at, length, type, flags, streamId)
    this.#output.commit(at + FRAME_HEADER_BYTES)
  }
}

/** Writes the nine octets in front of a payload. */
function writeFrameHeader(
  buffer: Buffer,
  at: number,
  length: number,
  type: number,
  flags: number,
  streamId: number,
): void {
  buffer[at] = length >>> 16
  buffer[at + 1] = length >>> 8
  buffer[at + 2] = length
  buffer[at + 3] = type
  buffer[at + 4] = flags
  buffer[at + 5] = streamId >>> 24
  buffer[at + 6] = streamId >>> 16
  buffer[at + 7] = streamId >>> 8
  buffer[at + 8] = streamId
}
