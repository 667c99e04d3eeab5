import type { FieldList } from './field.ts'

/** One stream as its user sees it: what it may send, and how it gives credit for what it received. */
export interface Http2Stream {
  readonly id: number
  /** Sends the first header fields: the request's or the response's. The parts make one block, in order. */
  sendHeaders(parts: readonly FieldList[], endsStream: boolean): void
  /**
   * Sends octets of the body, or keeps them until the windows and the socket let them go. Returns how many left at once;
   * of the others `StreamListener.drained` tells. What is kept may refer to `bytes`, which must not change.
   */
  sendData(bytes: Buffer, start: number, end: number, endsStream: boolean): number
  /** Sends trailers behind all data, and with them ends our side. */
  sendTrailers(parts: readonly FieldList[]): void
  /** Gives the peer back so many octets of the stream's window. */
  credit(bytes: number): void
  /** Ends the stream now. Its listener hears nothing more. */
  reset(code: number): void
  /** Throws away data that has not left. For ends that must not wait for a slow reader. */
  discardQueued(): void
  /** Octets given to `sendData` that have not left. */
  readonly queuedBytes: number
}
