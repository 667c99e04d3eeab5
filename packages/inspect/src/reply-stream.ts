import type { ServerWritableStream } from '@grpc/grpc-js'
import type { RpcFault } from './rpc-fault.ts'

/**
 * The answers of one server stream. A reply is made only when the reader can take one: however slow the reader and
 * however often `touch` is called, nothing piles up, and what is sent is the latest.
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
    call.on('drain', () => this.#drained())
  }

  /** Something may have changed: sends a reply now, or as soon as the reader has room. */
  touch(): void {
    if (this.#isOver) return
    if (this.#isBlocked) {
      this.#isTouched = true
      return
    }
    const reply = this.#next()
    if (reply !== undefined) this.#isBlocked = !this.#call.write(reply)
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

  #drained(): void {
    this.#isBlocked = false
    if (!this.#isTouched) return
    this.#isTouched = false
    this.touch()
  }
}
