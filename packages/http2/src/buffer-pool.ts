/** Size of a large buffer, in octets. */
export const LARGE_BYTES = 65_536

/** Size of a small one: the frames of some dozen small answers. */
export const SMALL_BYTES = 8_192

/**
 * Output buffers between two uses, in two sizes: most connections have little to say in one turn, and one that fans out to
 * hundreds of them would otherwise hold a large buffer for each. Buffers are not cleared: whoever takes one writes before it
 * reads.
 */
export class BufferPool {
  readonly #large: Buffer[] = []
  readonly #small: Buffer[] = []
  readonly #maxFree: number

  /** Keeps at most `maxFree` unused buffers of each size. */
  constructor(maxFree = 128) {
    this.#maxFree = maxFree
  }

  takeLarge(): Buffer {
    return this.#large.pop() ?? Buffer.allocUnsafeSlow(LARGE_BYTES)
  }

  takeSmall(): Buffer {
    return this.#small.pop() ?? Buffer.allocUnsafeSlow(SMALL_BYTES)
  }

  /** The buffer must not be touched any more by whoever gives it back. */
  giveBack(buffer: Buffer): void {
    const free = buffer.length === LARGE_BYTES ? this.#large : this.#small
    if (free.length < this.#maxFree) free.push(buffer)
  }

  /** Unused buffers that are kept. */
  get free(): number {
    return this.#large.length + this.#small.length
  }
}
