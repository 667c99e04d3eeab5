import type { Metadata, Peer } from '@spillway/call'

/** What is known of a call when its headers are complete. */
export interface Arrival {
  /** `/package.Service/Method`, checked. */
  readonly path: string
  /** Name of the upstream: `app` for inbound calls. */
  readonly upstream: string
  readonly metadata: Metadata
  readonly peer: Peer
  /** Monotonic time at which the headers were complete. */
  readonly arrivedMs: number
  /** Bytes that we hold for it. */
  readonly heldBytes: number
  /**
   * Left out, or shared by calls of that peer whose path and metadata are the same but for `grpc-timeout`: room for what the
   * classifier finds out about them.
   */
  readonly likeness?: { note: unknown }
}

/** The first request message, where the policy reads it. The relay's `FirstMessage` fits. */
export type FirstMessage =
  | { readonly kind: 'message'; readonly bytes: Uint8Array }
  | { readonly kind: 'unreadable'; readonly reason: 'too_large' | 'compressed' | 'malformed' | 'none' }
