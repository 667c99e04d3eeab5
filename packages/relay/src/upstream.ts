/** One address that can take calls. */
export interface EndpointConfig {
  /** `host:port`, or `unix:/path`. */
  readonly address: string
  /** 0 is tried first; higher numbers only when no endpoint of a lower one can be reached. */
  readonly priority: number
}

/** Where calls go: one or more endpoints that serve the same thing, each with one multiplexed connection. */
export interface Upstream {
  readonly name: string
}
