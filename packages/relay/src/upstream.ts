import type { Http2Stream, StreamListener } from '@spillway/http2'

/** One address that can take calls. */
export interface EndpointConfig {
  /** `host:port`, or `unix:/path`. */
  readonly address: string
  /** 0 is tried first; higher numbers only when no endpoint of a lower one can be reached. */
  readonly priority: number
}

/** Someone who wants a stream to an upstream. Exactly one of the two is called, once, now or later, unless `leave`d. */
export interface StreamSeeker extends StreamListener {
  /** A stream was opened; the seeker listens to it and has to send its headers before it returns. */
  found(stream: Http2Stream, endpoint: string): void
  /** No endpoint could take it. */
  unreachable(): void
}

/** Where calls go: one or more endpoints that serve the same thing, each with one multiplexed connection. */
export interface Upstream {
  readonly name: string
  /** Looks for a stream, preferably not on the endpoint `avoided`. */
  seek(seeker: StreamSeeker, avoided: string | undefined): void
  /** The seeker no longer wants one. Harmless after it was told. */
  leave(seeker: StreamSeeker): void
}
