import { DEFAULT_HTTP2_LIMITS, type Http2Limits } from '@spillway/http2'
import type { EndpointConfig } from './upstream.ts'

/** Where the calls of one upstream go and how its connections are kept. */
export interface UpstreamConfig {
  readonly name: string
  readonly endpoints: readonly EndpointConfig[]
  /** Connect at once and stay connected; otherwise on the first call. */
  readonly isEager: boolean
  /** Time for a connection to be made and greeted. */
  readonly connectTimeoutMs: number
  /** Wait before the first attempt to connect again; grows by 1.6 each time, spread by a fifth. */
  readonly backoffMs: number
  readonly maxBackoffMs: number
  /** A connection with calls from which nothing came for so long is sent a PING ... */
  readonly keepaliveIdleMs: number
  /** ... and is given up when nothing comes for so long after it. */
  readonly keepaliveTimeoutMs: number
  /** Calls that may wait for a connection or for a free stream; further ones find it unreachable. */
  readonly maxWaiting: number
  readonly limits: Http2Limits
}

/** Everything but name and endpoints, with safe values. */
export const DEFAULT_UPSTREAM_CONFIG: Omit<UpstreamConfig, 'name' | 'endpoints'> = {
  isEager: false,
  connectTimeoutMs: 2_000,
  backoffMs: 50,
  maxBackoffMs: 5_000,
  keepaliveIdleMs: 10_000,
  keepaliveTimeoutMs: 5_000,
  maxWaiting: 1_000,
  limits: DEFAULT_HTTP2_LIMITS,
}

/** State of one endpoint's connection. */
export type EndpointState = 'idle' | 'connecting' | 'ready' | 'backoff' | 'closed'

/** What an endpoint holds and has done, computed when asked. */
export interface EndpointSnapshot {
  readonly address: string
  readonly priority: number
  readonly state: EndpointState
  readonly streams: number
  readonly openedStreams: number
  readonly connects: number
  readonly failedConnects: number
  readonly receivedBytes: number
  readonly sentBytes: number
}

/** What an upstream holds, computed when asked. */
export interface UpstreamSnapshot {
  readonly name: string
  readonly waiting: number
  readonly endpoints: readonly EndpointSnapshot[]
}
