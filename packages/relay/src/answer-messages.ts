import { ByteQueue } from '@spillway/http2'
import type { AnswerReader } from './exchange.ts'

/** Octets in front of every gRPC message: the compressed flag and the length. */
const PREFIX_BYTES = 5

/** Finds the messages in the octets of an answer, however they are cut, and hands them to a reader. */
export class AnswerMessages {
  readonly #reader: AnswerReader
  readonly #prefix = Buffer.alloc(PREFIX_BYTES)
  #prefixBytes = 0
  /** Octets of the message that are still to come. */
  #missingBytes = 0
  #isReadable = false
  /** What has come of a message that did not come at once. */
  #begun: ByteQueue | undefined

  constructor(reader: AnswerReader) {
    this.#reader = reader
  }

  /** More of the answer. Octets are kept only of a message that is to be read and did not come at once. */
  add(bytes: Buffer, start: number, end: number): void {
    let place = start
    while (place < end) {
      if (this.#prefixBytes < PREFIX_BYTES) {
        place = this.#addToPrefix(bytes, place, end)
        continue
      }
      const stop = Math.min(end, place + this.#missingBytes)
      this.#missingBytes -= stop - place
      this.#addToMessage(bytes, place, stop)
      place = stop
    }
  }

  #addToPrefix(bytes: Buffer, start: number, end: number): number {
    const stop = Math.min(end, start + PREFIX_BYTES - this.#prefixBytes)
    this.#prefixBytes += bytes.copy(this.#prefix, this.#prefixBytes, start, stop)
    if (this.#prefixBytes < PREFIX_BYTES) return stop
    this.#missingBytes = this.#prefix.readUInt32BE(1)
    this.#isReadable = this.#prefix[0] === 0 && this.#missingBytes <= this.#reader.maxMessageBytes
    if (this.#missingBytes === 0) this.#finish(NOTHING)
    return stop
  }

  #addToMessage(bytes: Buffer, start: number, end: number): void {
    if (!this.#isReadable) {
      if (this.#missingBytes === 0) this.#finish(NOTHING)
    } else if (this.#missingBytes > 0) {
      this.#begun ??= new ByteQueue()
      this.#begun.push(bytes, start, end)
    } else if (this.#begun === undefined) this.#finish(bytes.subarray(start, end))
    else {
      this.#begun.push(bytes, start, end)
      this.#finish(wholeOf(this.#begun))
    }
  }

  #finish(message: Buffer): void {
    this.#prefixBytes = 0
    this.#begun = undefined
    this.#reader.message(this.#isReadable ? message : undefined)
  }
}

function wholeOf(queue: ByteQueue): Buffer {
  const pieces: Buffer[] = []
  queue.forEach((piece) => pieces.push(piece))
  return Buffer.concat(pieces)
}

const NOTHING = Buffer.alloc(0)
