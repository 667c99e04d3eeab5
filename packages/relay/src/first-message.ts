import { NO_DEADLINE, type Deadline } from '@spillway/call'
import { Expiring, type DeadlineWheel } from './deadline-wheel.ts'
import type { FirstMessage } from './exchange.ts'
import type { RequestLog } from './request-log.ts'

/** Octets in front of every gRPC message: the compressed flag and the length. */
const PREFIX_BYTES = 5

/** Waits for the first message of a request. Looks into the octets at most twice, however small the pieces are. */
export class FirstMessageReader extends Expiring {
  readonly #maxBytes: number
  readonly #receive: (first: FirstMessage) => void
  #neededBytes = PREFIX_BYTES
  #isOver = false

  constructor(maxBytes: number, receive: (first: FirstMessage) => void) {
    super()
    this.#maxBytes = maxBytes
    this.#receive = receive
  }

  /** More of the request is in the log. Returns whether the message, or that there is none, was handed over. */
  look(log: RequestLog): boolean {
    const first = this.#isOver ? undefined : this.#firstOf(log)
    if (first !== undefined) this.#handOver(first)
    return this.#isOver
  }

  /** The message is late at `dueMs`. */
  expireAt(dueMs: Deadline, wheel: DeadlineWheel): void {
    if (dueMs !== NO_DEADLINE) wheel.add(dueMs, this)
  }

  /** Nobody wants the message any more. */
  stop(wheel: DeadlineWheel): void {
    this.#isOver = true
    wheel.remove(this)
  }

  /** The time is over. */
  override expired(): void {
    this.#handOver({ kind: 'late' })
  }

  #handOver(first: FirstMessage): void {
    this.#isOver = true
    this.#receive(first)
  }

  #firstOf(log: RequestLog): FirstMessage | undefined {
    if (log.totalBytes >= this.#neededBytes && this.#neededBytes === PREFIX_BYTES) {
      const prefix = log.copy(0, PREFIX_BYTES)
      if (prefix[0] === 1) return { kind: 'unreadable', reason: 'compressed' }
      if (prefix[0] !== 0) return { kind: 'unreadable', reason: 'malformed' }
      const length = prefix.readUInt32BE(1)
      if (length > this.#maxBytes) return { kind: 'unreadable', reason: 'too_large' }
      if (length === 0) return { kind: 'message', bytes: new Uint8Array(0) }
      this.#neededBytes = PREFIX_BYTES + length
    }
    if (log.totalBytes >= this.#neededBytes) {
      return { kind: 'message', bytes: log.copy(PREFIX_BYTES, this.#neededBytes - PREFIX_BYTES) }
    }
    if (!log.isComplete) return undefined
    return { kind: 'unreadable', reason: log.totalBytes === 0 ? 'none' : 'malformed' }
  }
}
