import type { Clock } from '@spillway/clock'
import type { InspectorSource } from './inspector-source.ts'

/** Where and how to serve the control API. */
export interface InspectorOptions {
  /** `host:port` for reads (port 0 for any free one), or `unix:/path` to have the socket alone. */
  readonly address: string
  /**
   * The unix socket for reads and writes beside a TCP address, from the port that was bound; see `inspectorSocketPath`.
   * Left out: nobody can write. Its folder is made private (0700) and must be ours; the socket itself is 0600.
   */
  readonly socketPath?: (port: number) => string
  readonly source: InspectorSource
  readonly clock: Clock
  /** Streams open at once over all clients, health watches included; 64 when left out. */
  readonly maxWatchers?: number
}

/** Serving status of a service in `grpc.health.v1`; the empty name stands for the sidecar as a whole. */
export type HealthStatus = 'SERVING' | 'NOT_SERVING'

/** A running inspector. */
export interface Inspector {
  /** `host:port` as bound, or `unix:/path`. */
  readonly address: string
  /** Path of the unix socket, undefined when there is none. */
  readonly socketPath: string | undefined
  /** Streams open now. */
  readonly watchers: number
  /** Tells health checkers; the empty service starts as NOT_SERVING. */
  setHealth(service: string, status: HealthStatus): void
  /** Ends all streams with UNAVAILABLE, closes the sockets and removes the unix socket. Safe to repeat. */
  close(): Promise<void>
}
