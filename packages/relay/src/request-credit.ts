import type { Http2Stream } from '@spillway/http2'

/**
 * Flow control of a request: its caller gets credit for every octet once, as it leaves towards the upstream, however often it
 * is sent there; or while it is held, when somebody needs more of it than the window lets come.
 */
export class RequestCredit {
  readonly #caller: Http2Stream
  #givenBytes = 0
  #leftBytes = 0

  constructor(caller: Http2Stream) {
    this.#caller = caller
  }

  /** The request is sent from its beginning, for the first time or again. */
  restart(): void {
    this.#leftBytes = 0
  }

  /** So many more octets left. */
  left(bytes: number): void {
    this.#leftBytes += bytes
    this.#giveUpTo(this.#leftBytes)
  }

  /** So many octets came in all and are held, and more are wanted. */
  held(totalBytes: number): void {
    this.#giveUpTo(totalBytes)
  }

  #giveUpTo(bytes: number): void {
    const due = bytes - this.#givenBytes
    if (due <= 0) return
    this.#givenBytes += due
    this.#caller.credit(due)
  }
}
