import type { FieldList } from './field.ts'
import type { RequestHead } from './request-head.ts'
import type { Http2Stream } from './stream.ts'

/** Learns what happens on one stream. After `reset`, either way, nothing more is told. */
export interface StreamListener {
  /** The response's own header fields (client side only; 1xx are dropped). */
  answered(fields: FieldList, status: number, endsStream: boolean): void
  /**
   * Octets of the message body: `bytes` from `start` to `end`, valid for ever, part of a larger chunk. The stream's window
   * stays smaller by their number until `Http2Stream.credit`. May be empty when `endsStream`.
   */
  data(bytes: Buffer, start: number, end: number, endsStream: boolean): void
  /** The trailer fields; they end the stream's incoming side. */
  trailers(fields: FieldList): void
  /** So many octets handed to `Http2Stream.sendData` before, and queued then, have left since. */
  drained(bytes: number): void
  /**
   * Our END_STREAM has left, maybe from inside the call that asked for it. A server's stream is over with that: a client
   * that has not ended its side is told to stop with RST_STREAM(NO_ERROR) (RFC 9113, 8.1).
   */
  ended(): void
  /**
   * The stream ended before its time. `code` is the peer's, or ours when the peer broke a rule. `by` tells who ended it;
   * `isUnprocessed`: it is proven that the peer did no work for it.
   */
  reset(code: number, by: 'peer' | 'us' | 'connection', isUnprocessed: boolean): void
}

/** Learns what happens to a connection as a whole. */
export interface ConnectionListener {
  /**
   * A peer opened a stream with a well-formed request (server side only). Whoever is to hear more of it has to be made
   * `stream.listener` before this returns, and before anything is sent.
   */
  opened(stream: Http2Stream, head: RequestHead, endsStream: boolean): void
  /** The peer's SETTINGS came: first, or changed ones. Its limits hold from now on. */
  settled(): void
  /** A stream is gone, and one more may be opened. */
  streamClosed(): void
  /** The peer will take no new streams. */
  goneAway(code: number, reason: string): void
  /** A PING of ours, sent with `ping()`, was answered. */
  ponged(): void
  /** Nothing more is to come, both ways: write out what is queued, then close the socket. `code` is 0 after a drain. */
  finished(code: number, reason: string): void
}

/** Hears nothing. */
export const DEAF_LISTENER: StreamListener = {
  answered: ignore,
  data: ignore,
  trailers: ignore,
  drained: ignore,
  ended: ignore,
  reset: ignore,
}

function ignore(): void {
  return
}
