import type { TimestampMessage } from './messages.ts'

/** Unix milliseconds as google.protobuf.Timestamp. */
export function toTimestamp(atMs: number): TimestampMessage {
  const seconds = Math.floor(atMs / 1_000)
  return { seconds, nanos: Math.round((atMs - seconds * 1_000) * 1e6) }
}

/** The reverse; 0 for a message that carried none. */
export function fromTimestamp(at: TimestampMessage | null): number {
  return at === null ? 0 : at.seconds * 1_000 + at.nanos / 1e6
}
