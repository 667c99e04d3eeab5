import type { Metadata, Peer } from '@spillway/call'

/** Who sent a call, and what its headers say. */
export interface Head {
  /** `/package.Service/Method`, checked. */
  readonly path: string
  readonly metadata: Metadata
  readonly peer: Peer
}

/** What is known of a call when its headers are complete. The relay's `Exchange` fits. */
export interface Arrival extends Head {
  /** Monotonic time at which the headers were complete. */
  readonly arrivedMs: number
  /** What its caller's `grpc-timeout` allows, in milliseconds; Infinity without one. */
  readonly allowedMs: number
  /** Bytes that we hold for it. */
  readonly heldBytes: number
  /**
   * Left out, or shared by calls of that peer to one upstream whose path and metadata are the same but for `grpc-timeout`: room
   * for what the classifier finds out about them.
   */
  readonly likeness?: { note: unknown }
}

/** The first request message, where the policy reads it. The relay's `FirstMessage` fits. */
export type FirstMessage =
  | { readonly kind: 'message'; readonly bytes: Uint8Array }
  | { readonly kind: 'unreadable'; readonly reason: 'too_large' | 'compressed' | 'malformed' | 'none' }
