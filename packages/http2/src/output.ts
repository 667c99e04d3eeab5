import { SMALL_BYTES, type BufferPool } from './buffer-pool.ts'

/** Pieces of at least this size are passed on by reference; smaller ones are cheaper to copy. */
const REFERENCE_BYTES = 8_192

/** What one flush writes, in order. Goes back to {@link Output.written} when the socket has taken it. */
export interface OutputBatch {
  readonly chunks: readonly Buffer[]
  readonly bytes: number
  readonly pooled: readonly Buffer[]
}

/**
 * What a connection has to send and has not: frames packed into pooled buffers, large payloads by reference.
 * Whoever owns the socket is told once when there is something, takes all of it, and says when it was written.
 */
export class Output {
  /** The buffer to write into after {@link reserve}. */
  buffer: Buffer
  readonly #pool: BufferPool
  readonly #isWaiting: () => void
  #chunks = NONE
  #pooled = NONE
  #hasBuffer = false
  #start = 0
  #end = 0
  #takenBytes = 0
  #waitingBytes = 0
  #inFlightBytes = 0
  /** The size of recent batches: what does not fit into a small buffer for a while will hardly do so next time. */
  #usualBytes = 0

  /** `isWaiting` is called when there is something to take where there was nothing. */
  constructor(pool: BufferPool, isWaiting: () => void) {
    this.#pool = pool
    this.#isWaiting = isWaiting
    this.buffer = EMPTY
  }

  /** Octets that the socket has not taken yet, or has not written. */
  get pendingBytes(): number {
    return this.#waitingBytes + this.#inFlightBytes
  }

  /** Octets handed out by {@link take}, ever. */
  get takenBytes(): number {
    return this.#takenBytes
  }

  /** Octets written into it, ever. */
  get totalBytes(): number {
    return this.#takenBytes + this.#waitingBytes
  }

  /** Makes room for `bytes` octets, at most 64 KiB, in `buffer`. Returns where they start. */
  reserve(bytes: number): number {
    if (!this.#hasBuffer || this.#end + bytes > this.buffer.length) this.#nextBuffer(bytes)
    return this.#end
  }

  /** What was reserved is written up to `end`. */
  commit(end: number): void {
    const bytes = end - this.#end
    this.#end = end
    this.#count(bytes)
  }

  /** Adds octets of somebody else's, which must not change any more. */
  append(bytes: Buffer, start: number, end: number): void {
    const length = end - start
    if (length < REFERENCE_BYTES) {
      const at = this.reserve(length)
      bytes.copy(this.buffer, at, start, end)
      this.commit(at + length)
      return
    }
    this.#cut()
    this.#chunks = joined(this.#chunks, bytes.subarray(start, end))
    this.#count(length)
  }

  /** Hands over all there is; undefined when there is nothing. */
  take(): OutputBatch | undefined {
    if (this.#waitingBytes === 0) return undefined
    this.#cut()
    const batch = { chunks: this.#chunks, bytes: this.#waitingBytes, pooled: this.#pooled }
    this.#chunks = NONE
    this.#pooled = NONE
    this.#hasBuffer = false
    this.buffer = EMPTY
    this.#takenBytes += batch.bytes
    this.#inFlightBytes += batch.bytes
    this.#waitingBytes = 0
    this.#usualBytes = Math.max(batch.bytes, this.#usualBytes >>> 1)
    return batch
  }

  /** The socket is done with a batch, well or not: its buffers go back to the pool. */
  written(batch: OutputBatch): void {
    this.#inFlightBytes -= batch.bytes
    for (const buffer of batch.pooled) this.#pool.giveBack(buffer)
  }

  #count(bytes: number): void {
    const isFirst = this.#waitingBytes === 0
    this.#waitingBytes += bytes
    if (isFirst && bytes > 0) this.#isWaiting()
  }

  /** The first one is small unless the connection is busy: what does not fit is more than most have to say. */
  #nextBuffer(bytes: number): void {
    this.#cut()
    const isSmall = this.#usualBytes <= SMALL_BYTES && this.#pooled.length === 0 && bytes <= SMALL_BYTES
    this.buffer = isSmall ? this.#pool.takeSmall() : this.#pool.takeLarge()
    this.#pooled = joined(this.#pooled, this.buffer)
    this.#hasBuffer = true
    this.#start = 0
    this.#end = 0
  }

  /** Closes the run of octets in the current buffer, so that something else can follow. */
  #cut(): void {
    if (this.#end > this.#start) this.#chunks = joined(this.#chunks, this.buffer.subarray(this.#start, this.#end))
    this.#start = this.#end
  }
}

const EMPTY = Buffer.alloc(0)
/** Stays empty: see {@link joined}. */
const NONE: Buffer[] = []

/** The list with `last` behind it: most have one item. A literal of one has room for one, a `push` to an empty array makes room for 17. */
function joined(buffers: Buffer[], last: Buffer): Buffer[] {
  if (buffers.length === 0) return [last]
  buffers.push(last)
  return buffers
}
