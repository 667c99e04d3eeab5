/** How a stream came to its end. */
export const Ending = { unknown: 0, ended: 1, resetByUs: 2, resetByPeer: 3 } as const
/** One of the four. */
export type Ending = (typeof Ending)[keyof typeof Ending]

/** Remembered streams; a power of two. */
const SLOTS = 1_024

/**
 * Remembers how the streams that closed last did so: what still arrives for them is ignored, or an error, accordingly.
 * Of fixed size, and empty until the first one closes.
 */
export class ClosedStreams {
  #ids: Int32Array | undefined
  #endings: Uint8Array | undefined

  note(streamId: number, ending: Ending): void {
    this.#ids ??= new Int32Array(SLOTS)
    this.#endings ??= new Uint8Array(SLOTS)
    const slot = (streamId >>> 1) & (SLOTS - 1)
    this.#ids[slot] = streamId
    this.#endings[slot] = ending
  }

  /** `unknown` when it was never open, or too long ago. */
  endingOf(streamId: number): Ending {
    const slot = (streamId >>> 1) & (SLOTS - 1)
    if (this.#ids?.[slot] !== streamId) return Ending.unknown
    return (this.#endings?.[slot] ?? Ending.unknown) as Ending
  }
}
