import { ErrorCode } from './error-code.ts'
import { ConnectionError } from './http2-error.ts'

/** Which stream identifiers have been used. Only clients open streams: push is never allowed. */
export class StreamIds {
  /** The highest one that the peer, a client, has opened; 0 for none. */
  lastPeerId = 0
  readonly #isServer: boolean
  readonly #lastOwnId: number
  #nextId = 1

  /** A client uses `maxOwnStreams` of them, at most 2^30: they run out at 2^31 (RFC 9113, 5.1.1). */
  constructor(isServer: boolean, maxOwnStreams: number) {
    this.#isServer = isServer
    this.#lastOwnId = 2 * maxOwnStreams - 1
  }

  /** False when it is time for a new connection. */
  get hasNext(): boolean {
    return !this.#isServer && this.#nextId <= this.#lastOwnId
  }

  /** The next stream of ours, a client's. */
  take(): number {
    const id = this.#nextId
    this.#nextId += 2
    return id
  }

  /** Whether no stream of that number can have existed yet. */
  isIdle(streamId: number): boolean {
    if (streamId % 2 === 0) return true
    return this.#isServer ? streamId > this.lastPeerId : streamId >= this.#nextId
  }

  /** Throws for frames that no idle stream may get. */
  refuseIdle(streamId: number): void {
    if (this.isIdle(streamId)) throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, 'frame on an idle stream')
  }
}
