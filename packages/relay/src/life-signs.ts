/** What to do about a peer: nothing, send it a PING, or give it up. */
export type LifeVerdict = 'alive' | 'ask' | 'dead'

/**
 * Judges by what was received whether a peer is still there: after `idleMs` of silence it is to be asked, once, and when
 * nothing at all comes within `timeoutMs` it is gone, whatever TCP thinks. To be asked every now and then.
 */
export class LifeSigns {
  readonly #idleMs: number
  readonly #timeoutMs: number
  #seenBytes = 0
  #heardMs: number
  #askedMs = Number.NaN

  constructor(idleMs: number, timeoutMs: number, nowMs: number) {
    this.#idleMs = idleMs
    this.#timeoutMs = timeoutMs
    this.#heardMs = nowMs
  }

  /** `receivedBytes`: all that came so far. `ask` is to be followed by a PING. */
  judge(receivedBytes: number, nowMs: number): LifeVerdict {
    if (receivedBytes !== this.#seenBytes) {
      this.#seenBytes = receivedBytes
      this.#heardMs = nowMs
      this.#askedMs = Number.NaN
      return 'alive'
    }
    if (Number.isNaN(this.#askedMs)) {
      if (nowMs - this.#heardMs < this.#idleMs) return 'alive'
      this.#askedMs = nowMs
      return 'ask'
    }
    return nowMs - this.#askedMs < this.#timeoutMs ? 'alive' : 'dead'
  }
}
