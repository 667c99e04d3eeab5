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
  /** The pieces of a message that came in more than one. */
  #pieces: Buffer[] = []

  constructor(reader: AnswerReader) {
    this.#reader = reader
  }

  /** More of the answer. Octets are copied only of a message that is to be read and did not come at once. */
  add(bytes: Buffer, start: number, end: number): void {
    let place = start
    while (place < end) {
      if (this.#prefixBytes < PREFIX_BYTES) {
        place = this.#addToPrefix(bytes, place, end)
        continue
      }
      const stop = Math.min(end, place + this.#missingBytes)
      this.#missingBytes -= stop - place
      this.#addToMessage(bytes.subarray(place, stop))
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

  #addToMessage(piece: Buffer): void {
    if (!this.#isReadable) {
      if (this.#missingBytes === 0) this.#finish(NOTHING)
    } else if (this.#missingBytes > 0) this.#pieces.push(Buffer.from(piece))
    else this.#finish(this.#pieces.length === 0 ? piece : Buffer.concat([...this.#pieces, piece]))
  }

  #finish(message: Buffer): void {
    this.#prefixBytes = 0
    this.#pieces = []
    this.#reader.message(this.#isReadable ? message : undefined)
  }
}

const NOTHING = Buffer.alloc(0)
