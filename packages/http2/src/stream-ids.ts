import { ErrorCode } from './error-code.ts'
import { ConnectionError } from './http2-error.ts'

/** A client stops before the identifiers run out at 2^31 (RFC 9113, 5.1.1). */
const LAST_USED_ID = 2 ** 31 - 1 - 2 ** 16

/** Which stream identifiers have been used. Only clients open streams: push is never allowed. */
export class StreamIds {
  /** The highest one that the peer, a client, has opened; 0 for none. */
  lastPeerId = 0
  readonly #isServer: boolean
  #nextId = 1

  constructor(isServer: boolean) {
    this.#isServer = isServer
  }

  /** False when it is time for a new connection. */
  get hasNext(): boolean {
    return !this.#isServer && this.#nextId <= LAST_USED_ID
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
