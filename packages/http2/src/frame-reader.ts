import { ErrorCode } from './error-code.ts'
import { CLIENT_PREFACE, Flag, FRAME_HEADER_BYTES, FrameType } from './frame.ts'
import { ConnectionError } from './http2-error.ts'

/** Takes what a {@link FrameReader} finds. Octets are lent for the call only, except those of `dataPart`. */
export interface FrameSink {
  /** One whole frame other than DATA, its payload at `[start, end)`. */
  frame(type: number, flags: number, streamId: number, bytes: Buffer, start: number, end: number): void
  /** A DATA frame begins; `frameBytes` count against the windows, `contentBytes` of them are content. */
  dataBegins(streamId: number, frameBytes: number, contentBytes: number): void
  /** The next part of its content, as it came; the last one may be empty. `bytes` may be kept. */
  dataPart(bytes: Buffer, start: number, end: number, endsFrame: boolean, endsStream: boolean): void
}

const NOTHING = Buffer.alloc(0)

/** A kept-over piece larger than this is not kept for the next time. */
const KEPT_CARRY_BYTES = 1_024

/**
 * Cuts what arrives into frames, in place: nothing is copied but a frame other than DATA that spans chunks, and that only
 * as its octets arrive, whatever length it declares. Throws `ConnectionError` for what no frame may be.
 */
export class FrameReader {
  readonly #sink: FrameSink
  readonly #maxFrameBytes: number
  #preface: number
  #carry: Buffer = NOTHING
  #carried = 0
  #contentLeft = 0
  #paddingLeft = 0
  #isInData = false
  #dataEndsStream = false

  /** `expectsPreface`: the peer is a client and has to send {@link CLIENT_PREFACE} first. */
  constructor(sink: FrameSink, maxFrameBytes: number, expectsPreface: boolean) {
    this.#sink = sink
    this.#maxFrameBytes = maxFrameBytes
    this.#preface = expectsPreface ? 0 : CLIENT_PREFACE.length
  }

  /** Something has begun that has not come to its end: the preface, or a frame. */
  get isMidway(): boolean {
    return this.#preface < CLIENT_PREFACE.length || this.#isInData || this.#carried > 0
  }

  /** Takes the next chunk of the connection. */
  push(chunk: Buffer): void {
    let offset = this.#preface < CLIENT_PREFACE.length ? this.#readPreface(chunk) : 0
    while (offset < chunk.length) {
      if (this.#isInData) offset = this.#readData(chunk, offset)
      else if (this.#carried > 0) offset = this.#readCarried(chunk, offset)
      else offset = this.#readFrame(chunk, offset)
    }
  }

  #readPreface(chunk: Buffer): number {
    const length = Math.min(CLIENT_PREFACE.length - this.#preface, chunk.length)
    if (CLIENT_PREFACE.compare(chunk, 0, length, this.#preface, this.#preface + length) !== 0) {
      throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, 'not an HTTP/2 client preface')
    }
    this.#preface += length
    return length
  }

  /** Reads one frame in place; what is incomplete is carried over. Returns where the next one starts. */
  #readFrame(chunk: Buffer, offset: number): number {
    const available = chunk.length - offset
    const needed = this.#bytesNeeded(chunk, offset, available)
    if (available < needed) {
      this.#carryOver(chunk, offset, chunk.length)
      return chunk.length
    }
    this.#deliver(chunk, offset, offset + needed)
    return offset + needed
  }

  /** Completes the carried frame, or as much of it as is there. */
  #readCarried(chunk: Buffer, offset: number): number {
    const needed = this.#bytesNeeded(this.#carry, 0, this.#carried)
    const end = Math.min(offset + needed - this.#carried, chunk.length)
    this.#carryOver(chunk, offset, end)
    if (this.#carried < needed || this.#carried < this.#bytesNeeded(this.#carry, 0, this.#carried)) return end
    const bytes = this.#carry
    const length = this.#carried
    this.#carried = 0
    if (bytes.length > KEPT_CARRY_BYTES) this.#carry = NOTHING
    this.#deliver(bytes, 0, length)
    return end
  }

  /** How many octets, header included, have to be there before the frame can be delivered. */
  #bytesNeeded(bytes: Buffer, offset: number, available: number): number {
    if (available < FRAME_HEADER_BYTES) return FRAME_HEADER_BYTES
    const length = payloadLength(bytes, offset)
    if (length > this.#maxFrameBytes) throw new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, 'frame too large')
    if (bytes[offset + 3] !== FrameType.DATA) return FRAME_HEADER_BYTES + length
    if (((bytes[offset + 4] ?? 0) & Flag.PADDED) === 0) return FRAME_HEADER_BYTES
    if (length === 0) throw new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, 'padded frame without a pad length')
    return FRAME_HEADER_BYTES + 1
  }

  #carryOver(chunk: Buffer, start: number, end: number): void {
    const total = this.#carried + end - start
    if (total > this.#carry.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(64, 2 * total))
      this.#carry.copy(larger, 0, 0, this.#carried)
      this.#carry = larger
    }
    chunk.copy(this.#carry, this.#carried, start, end)
    this.#carried = total
  }

  #deliver(bytes: Buffer, start: number, end: number): void {
    const type = bytes[start + 3] ?? 0
    const flags = bytes[start + 4] ?? 0
    const streamId = bytes.readUInt32BE(start + 5) & 0x7fffffff
    const payload = start + FRAME_HEADER_BYTES
    if (type === FrameType.DATA) this.#beginData(bytes, start, streamId, flags)
    else this.#sink.frame(type, flags, streamId, bytes, payload, end)
  }

  #beginData(bytes: Buffer, start: number, streamId: number, flags: number): void {
    const length = payloadLength(bytes, start)
    let overhead = 0
    if ((flags & Flag.PADDED) !== 0) {
      overhead = 1 + (bytes[start + FRAME_HEADER_BYTES] ?? 0)
      if (overhead > length) throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, 'padding longer than its frame')
      this.#paddingLeft = overhead - 1
    }
    this.#isInData = true
    this.#contentLeft = length - overhead
    this.#dataEndsStream = (flags & Flag.END_STREAM) !== 0
    this.#sink.dataBegins(streamId, length, this.#contentLeft)
    if (this.#contentLeft === 0) this.#endData(bytes, start, start)
  }

  #readData(chunk: Buffer, offset: number): number {
    if (this.#contentLeft === 0) return this.#skipPadding(chunk, offset)
    const end = Math.min(offset + this.#contentLeft, chunk.length)
    this.#contentLeft -= end - offset
    if (this.#contentLeft === 0) this.#endData(chunk, offset, end)
    else this.#sink.dataPart(chunk, offset, end, false, false)
    return end
  }

  /** The content is complete; padding may follow and is skipped. */
  #endData(bytes: Buffer, start: number, end: number): void {
    this.#isInData = this.#paddingLeft > 0
    this.#sink.dataPart(bytes, start, end, true, this.#dataEndsStream)
  }

  #skipPadding(chunk: Buffer, offset: number): number {
    const end = Math.min(offset + this.#paddingLeft, chunk.length)
    this.#paddingLeft -= end - offset
    this.#isInData = this.#paddingLeft > 0
    return end
  }
}

function payloadLength(bytes: Buffer, offset: number): number {
  return ((bytes[offset] ?? 0) << 16) | ((bytes[offset + 1] ?? 0) << 8) | (bytes[offset + 2] ?? 0)
}
