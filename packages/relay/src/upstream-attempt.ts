import { ErrorCode, type FieldList, type Http2Stream } from '@spillway/http2'
import type { StreamSeeker, Upstream } from './upstream.ts'

/** What an attempt tells the call that it carries. */
export interface AttemptOwner {
  /** There is a stream: send the request. */
  attemptOpened(stream: Http2Stream): void
  /** No endpoint could take it; the attempt is over. */
  attemptUnreachable(): void
  attemptAnswered(fields: FieldList, status: number, endsStream: boolean): void
  attemptData(bytes: Buffer, start: number, end: number, endsStream: boolean): void
  attemptTrailers(fields: FieldList): void
  /** Request octets left, later than they were handed over. */
  attemptDrained(bytes: number): void
  /** It broke off; see `StreamListener.reset`. The attempt is over. */
  attemptReset(code: number, by: 'peer' | 'us' | 'connection', isUnprocessed: boolean): void
}

/** One try to have a call answered by an upstream: the wait for a stream, then the stream. */
export class UpstreamAttempt implements StreamSeeker {
  /** Where the stream is; undefined before there is one. */
  endpoint: string | undefined
  #stream: Http2Stream | undefined
  #owner: AttemptOwner | undefined
  readonly #upstream: Upstream

  constructor(owner: AttemptOwner, upstream: Upstream) {
    this.#owner = owner
    this.#upstream = upstream
  }

  get stream(): Http2Stream | undefined {
    return this.#stream
  }

  seek(avoided: string | undefined): void {
    this.#upstream.seek(this, avoided)
  }

  /** Ends the attempt, wherever it is; its owner hears nothing more. */
  abandon(code: number): void {
    if (this.#owner === undefined) return
    this.#owner = undefined
    const stream = this.#stream
    if (stream === undefined) this.#upstream.leave(this)
    else stream.reset(code)
  }

  found(stream: Http2Stream, endpoint: string): void {
    this.#stream = stream
    this.endpoint = endpoint
    if (this.#owner === undefined) stream.reset(ErrorCode.CANCEL)
    else this.#owner.attemptOpened(stream)
  }

  unreachable(): void {
    const owner = this.#owner
    this.#owner = undefined
    owner?.attemptUnreachable()
  }

  answered(fields: FieldList, status: number, endsStream: boolean): void {
    this.#owner?.attemptAnswered(fields, status, endsStream)
  }

  data(bytes: Buffer, start: number, end: number, endsStream: boolean): void {
    this.#owner?.attemptData(bytes, start, end, endsStream)
  }

  trailers(fields: FieldList): void {
    this.#owner?.attemptTrailers(fields)
  }

  drained(bytes: number): void {
    this.#owner?.attemptDrained(bytes)
  }

  ended(): void {
    return
  }

  reset(code: number, by: 'peer' | 'us' | 'connection', isUnprocessed: boolean): void {
    const owner = this.#owner
    this.#owner = undefined
    owner?.attemptReset(code, by, isUnprocessed)
  }
}
