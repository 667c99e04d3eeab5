import { DEFAULT_HTTP2_LIMITS, type Http2Limits } from '@spillway/http2'

/** How a listener treats the connections that it accepts. */
export interface ListenerConfig {
  /** `host:port` (port 0: any free one), or `unix:/path`. */
  readonly address: string
  /** Peers over loopback or a unix socket are our own application; everyone else is anonymous. */
  readonly trustsLoopback: boolean
  /** `spillway-origin` of the statuses that we make. */
  readonly origin: string
  /** Further connections are closed as they come. */
  readonly maxConnections: number
  /** Age at which a connection is drained, give or take a tenth; Infinity for never. */
  readonly maxAgeMs: number
  /** How long calls may go on after `maxAgeMs` or after GOAWAY for another reason. */
  readonly maxAgeGraceMs: number
  /** Time for the client preface and the first SETTINGS. */
  readonly prefaceTimeoutMs: number
  /** Time for a frame or a header block that has begun to come to its end. */
  readonly headerTimeoutMs: number
  /** A connection with calls from which nothing came for so long is sent a PING ... */
  readonly keepaliveIdleMs: number
  /** ... and is given up when nothing comes for so long after it. */
  readonly keepaliveTimeoutMs: number
  /** Deadline of forwarded calls that have none; a later one is brought forward to it. Counted from the arrival. */
  readonly maxCallMs: number
  /**
   * Time for the first message of a request to be complete, where a policy looks into it; counted from the arrival. Later
   * messages, and requests that nobody looks into, may take any time: streams may be silent for hours.
   */
  readonly firstMessageTimeoutMs: number
  readonly limits: Http2Limits
}

/** Everything but the address, with safe values. */
export const DEFAULT_LISTENER_CONFIG: Omit<ListenerConfig, 'address'> = {
  trustsLoopback: false,
  origin: 'sidecar',
  maxConnections: 10_000,
  maxAgeMs: Number.POSITIVE_INFINITY,
  maxAgeGraceMs: 30_000,
  prefaceTimeoutMs: 10_000,
  headerTimeoutMs: 10_000,
  keepaliveIdleMs: 60_000,
  keepaliveTimeoutMs: 20_000,
  maxCallMs: Number.POSITIVE_INFINITY,
  firstMessageTimeoutMs: 60_000,
  limits: DEFAULT_HTTP2_LIMITS,
}

/** What a listener holds and has done, computed when asked. */
export interface ListenerSnapshot {
  readonly connections: number
  readonly streams: number
  /** Deadlines that are near: of calls, and of first messages that have not come. */
  readonly deadlines: number
  readonly acceptedConnections: number
  /** Turned away at `maxConnections`. */
  readonly refusedConnections: number
  readonly acceptedStreams: number
  readonly receivedBytes: number
  readonly sentBytes: number
  readonly isDraining: boolean
}
