import { ByteQueue, type Http2Stream } from '@spillway/http2'

const NOTHING = Buffer.alloc(0)

/**
 * What came of a request's body and may have to be sent, for the first time or again. The first piece, of most calls the
 * only one, stays where it is; further ones are gathered.
 */
export class RequestLog {
  #first = NOTHING as Buffer
  #start = 0
  #end = 0
  #more: ByteQueue | undefined
  #isDropped = false
  /** Octets that came, kept or not. */
  totalBytes = 0
  /** The request has ended. */
  isComplete = false

  /** Octets that it holds. */
  get heldBytes(): number {
    return this.#end - this.#start + (this.#more === undefined ? 0 : this.#more.length)
  }

  /** Everything that came is still here. */
  get isWhole(): boolean {
    return !this.#isDropped
  }

  add(bytes: Buffer, start: number, end: number): void {
    this.totalBytes += end - start
    if (this.#isDropped || start === end) return
    if (this.#first === NOTHING) {
      this.#first = bytes
      this.#start = start
      this.#end = end
      return
    }
    this.#more ??= new ByteQueue()
    this.#more.push(bytes, start, end)
  }

  /** It will not be sent again: lets go of everything. */
  drop(): void {
    this.#isDropped = true
    this.#first = NOTHING
    this.#start = 0
    this.#end = 0
    this.#more = undefined
  }

  /** Sends all of it. Returns how much left at once. */
  sendTo(stream: Http2Stream): number {
    const hasMore = this.#more !== undefined && this.#more.length > 0
    let left = 0
    if (this.#end > this.#start) {
      left += stream.sendData(this.#first, this.#start, this.#end, this.isComplete && !hasMore)
    }
    if (!hasMore) return left
    this.#more?.forEach((piece) => (left += stream.sendData(piece, 0, piece.length, false)))
    if (this.isComplete) stream.sendData(NOTHING, 0, 0, true)
    return left
  }

  /** Copies the octets from `from` on, at most `bytes` of them. */
  copy(from: number, bytes: number): Buffer {
    const pieces = [this.#first.subarray(this.#start, this.#end)]
    this.#more?.forEach((piece) => pieces.push(piece))
    return Buffer.concat(pieces).subarray(from, from + bytes)
  }
}
