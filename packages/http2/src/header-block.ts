import { ErrorCode } from './error-code.ts'
import { Flag } from './frame.ts'
import { ConnectionError } from './http2-error.ts'
import type { Http2Limits } from './limits.ts'

const NOTHING = Buffer.alloc(0)

/**
 * Puts a header block together from HEADERS and its CONTINUATIONs. A block in one frame, the usual case, is not copied.
 * After `begin` or `append` returned true the block is at `bytes`, `[start, end)`, until the next frame.
 */
export class HeaderBlock {
  bytes: Buffer = NOTHING
  start = 0
  end = 0
  /** Stream of the block that is not complete; 0 when there is none. */
  streamId = 0
  endsStream = false
  /** The stream was declared to depend on itself (RFC 7540, 5.3.1). */
  dependsOnItself = false
  readonly #maxBytes: number
  readonly #maxContinuations: number
  #continuations = 0

  constructor(limits: Http2Limits) {
    this.#maxBytes = limits.maxHeaderBlockBytes
    this.#maxContinuations = limits.maxContinuations
  }

  /** Takes a HEADERS payload. Returns whether the block is complete. */
  begin(flags: number, streamId: number, bytes: Buffer, start: number, end: number): boolean {
    this.bytes = bytes
    this.start = start
    this.end = end
    this.endsStream = (flags & Flag.END_STREAM) !== 0
    this.dependsOnItself = false
    if ((flags & Flag.PADDED) !== 0) this.#stripPadding()
    if ((flags & Flag.PRIORITY) !== 0) this.#stripPriority(streamId)
    if (this.end - this.start > this.#maxBytes) throw tooLong()
    if ((flags & Flag.END_HEADERS) !== 0) return true
    this.streamId = streamId
    this.#continuations = 0
    this.bytes = Buffer.from(bytes.subarray(this.start, this.end))
    this.end -= this.start
    this.start = 0
    return false
  }

  /** Takes a CONTINUATION payload. Returns whether the block is complete. */
  append(flags: number, bytes: Buffer, start: number, end: number): boolean {
    const total = this.end + end - start
    if (++this.#continuations > this.#maxContinuations || total > this.#maxBytes) throw tooLong()
    if (total > this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.min(2 * total, this.#maxBytes))
      this.bytes.copy(larger, 0, 0, this.end)
      this.bytes = larger
    }
    bytes.copy(this.bytes, this.end, start, end)
    this.end = total
    if ((flags & Flag.END_HEADERS) === 0) return false
    this.streamId = 0
    return true
  }

  /** The block has been read: lets its octets go. */
  release(): void {
    this.bytes = NOTHING
  }

  #stripPadding(): void {
    if (this.start === this.end) throw new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, 'no pad length')
    const padding = this.bytes[this.start] ?? 0
    this.start++
    this.end -= padding
    if (this.end < this.start) throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, 'padding longer than its frame')
  }

  #stripPriority(streamId: number): void {
    if (this.end - this.start < 5) throw new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, 'no room for priority')
    this.dependsOnItself = (this.bytes.readUInt32BE(this.start) & 0x7fffffff) === streamId
    this.start += 5
  }
}

function tooLong(): ConnectionError {
  return new ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, 'header block too long')
}
