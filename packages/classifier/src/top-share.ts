/** The cap of a caller's share of the top class. */
export interface TopShareConfig {
  /** The largest share of a peer's calls that may be critical because the peer claims so. 0 to 1. */
  readonly share: number
  /** So many claims in the window stand whatever the share, so that a caller with a handful of calls is not demoted. */
  readonly allowance: number
  readonly windowMs: number
  /** Peers that are kept track of. */
  readonly maxPeers: number
}
