/** Size of every pooled buffer, in octets. */
export const POOLED_BYTES = 65_536

/** Output buffers between two uses. Buffers are not cleared: whoever takes one writes before it reads. */
export class BufferPool {
  readonly #free: Buffer[] = []
  readonly #maxFree: number

  /** Keeps at most `maxFree` unused buffers. */
  constructor(maxFree = 128) {
    this.#maxFree = maxFree
  }

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(POOLED_BYTES)
  }

  /** The buffer must not be touched any more by whoever gives it back. */
  giveBack(buffer: Buffer): void {
    if (this.#free.length < this.#maxFree) this.#free.push(buffer)
  }

  /** Unused buffers that are kept. */
  get free(): number {
    return this.#free.length
  }
}
