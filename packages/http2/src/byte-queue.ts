/** Pieces below this size are gathered; larger ones are kept by reference if their chunk is not much larger. */
const GATHER_BYTES = 4_096

/**
 * Octets that wait, in order. What it holds alive is at most four times what it contains: small pieces are copied
 * together, and a piece that would keep a much larger chunk alive is copied as well.
 */
export class ByteQueue {
  #pieces: Buffer[] = []
  #head = 0
  #headOffset = 0
  #tail: Buffer | undefined
  #tailUsed = 0
  #length = 0

  /** Octets in it. */
  get length(): number {
    return this.#length
  }

  /** Puts the octets at `[start, end)` behind all others. They must not change any more. */
  push(bytes: Buffer, start: number, end: number): void {
    const size = end - start
    if (size === 0) return
    this.#length += size
    if (size < GATHER_BYTES) this.#gather(bytes, start, end)
    else this.#keep(bytes.buffer.byteLength > 4 * size ? copyOf(bytes, start, end) : bytes.subarray(start, end))
  }

  /** The octets in front, as many as lie together, at most `maxBytes` (positive). Undefined when it is empty. */
  shift(maxBytes: number): Buffer | undefined {
    if (this.#length === 0) return undefined
    if (this.#head === this.#pieces.length) this.#closeTail()
    const piece = this.#pieces[this.#head]
    if (piece === undefined) return undefined
    const end = Math.min(piece.length, this.#headOffset + maxBytes)
    const front = piece.subarray(this.#headOffset, end)
    this.#length -= front.length
    if (end === piece.length) this.#dropHead()
    else this.#headOffset = end
    return front
  }

  /** Shows everything, in order, and keeps it. Only while nothing was shifted. */
  forEach(show: (piece: Buffer) => void): void {
    this.#closeTail()
    for (const piece of this.#pieces) show(piece)
  }

  clear(): void {
    this.#pieces = []
    this.#head = 0
    this.#headOffset = 0
    this.#tail = undefined
    this.#length = 0
  }

  #gather(bytes: Buffer, start: number, end: number): void {
    const size = end - start
    if (this.#tail === undefined || this.#tailUsed + size > this.#tail.length) {
      const previous = this.#tail?.length ?? 0
      this.#closeTail()
      this.#tail = Buffer.allocUnsafeSlow(Math.max(Math.min(2 * previous, 4 * GATHER_BYTES), 2 * size, 256))
      this.#tailUsed = 0
    }
    bytes.copy(this.#tail, this.#tailUsed, start, end)
    this.#tailUsed += size
  }

  #keep(piece: Buffer): void {
    this.#closeTail()
    this.#pieces.push(piece)
  }

  #closeTail(): void {
    if (this.#tail !== undefined) this.#pieces.push(this.#tail.subarray(0, this.#tailUsed))
    this.#tail = undefined
  }

  #dropHead(): void {
    this.#head++
    this.#headOffset = 0
    if (this.#head < 32 && this.#head < this.#pieces.length) return
    this.#pieces.splice(0, this.#head)
    this.#head = 0
  }
}

function copyOf(bytes: Buffer, start: number, end: number): Buffer {
  const copy = Buffer.allocUnsafeSlow(end - start)
  bytes.copy(copy, 0, start, end)
  return copy
}
