import { ClosedStreams, type Ending } from './closed-streams.ts'
import { IdTable } from './id-table.ts'
import type { Http2Stream } from './stream.ts'

/** The streams of one connection: those that are open, and how the last ones closed. */
export class StreamTable {
  readonly closed = new ClosedStreams()
  readonly #open = new IdTable<Http2Stream>()
  readonly #removed: (stream: Http2Stream) => void

  /** `removed` is told of every stream that closes. */
  constructor(removed: (stream: Http2Stream) => void) {
    this.#removed = removed
  }

  get size(): number {
    return this.#open.size
  }

  get(streamId: number): Http2Stream | undefined {
    return this.#open.get(streamId)
  }

  add(stream: Http2Stream): void {
    this.#open.add(stream)
  }

  /** Closes a stream, once. Its listener is not told. */
  remove(stream: Http2Stream, ending: Ending): void {
    if (!this.#open.remove(stream.id)) return
    stream.close()
    this.closed.note(stream.id, ending)
    this.#removed(stream)
  }

  /** Visits all open streams in any order; the table must not change meanwhile. */
  forEach(visit: (stream: Http2Stream) => void): void {
    this.#open.forEach(visit)
  }

  /** All open streams, as they are now: the table may change while they are gone through. */
  all(): Http2Stream[] {
    return this.#open.all()
  }
}
