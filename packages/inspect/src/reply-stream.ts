import type { ServerWritableStream } from '@grpc/grpc-js'
import type { RpcFault } from './rpc-fault.ts'

/**
 * The answers of one server stream. A reply is made only when the one before has left: however slow the reader and however
 * often `touch` is called, one reply at most is held, and what is sent is the latest.
 */
export class ReplyStream<Reply> {
  readonly #call: ServerWritableStream<object, Reply>
  readonly #next: () => Reply | undefined
  #isBlocked = false
  #isTouched = false
  #isOver = false

  /** `next` makes the reply that is due now, or undefined when there is nothing to say. */
  constructor(call: ServerWritableStream<object, Reply>, next: () => Reply | undefined) {
    this.#call = call
    this.#next = next
  }

  /** Something may have changed: sends a reply now, or as soon as the reader has room. */
  touch(): void {
    if (this.#isOver) return
    if (this.#isBlocked) {
      this.#isTouched = true
      return
    }
    const reply = this.#next()
    if (reply === undefined) return
    this.#isBlocked = true
    this.#call.write(reply, () => this.#taken())
  }

  /** Ends the stream with a status. Safe to repeat. */
  fail(fault: RpcFault): void {
    if (this.#isOver) return
    this.#isOver = true
    const { code, details } = fault
    this.#call.emit('error', Object.assign(new Error(details), { code, details, metadata: undefined }))
  }

  /** The reader went away: nothing is to be sent any more. */
  abandon(): void {
    this.#isOver = true
  }

  #taken(): void {
    this.#isBlocked = false
    if (!this.#isTouched) return
    this.#isTouched = false
    this.touch()
  }
}
