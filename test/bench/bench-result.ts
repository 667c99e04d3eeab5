/** What was measured of one peer. */
export interface PeerResult {
  readonly name: string
  readonly note: string
  /** As its program tells it; empty for programs of ours. */
  readonly version: string
  /** Its command line, without the pinning. */
  readonly command: string
  /** Calls per second, one value a round. */
  readonly callsPerSecond: readonly number[]
  /**
   * CPU time of the peer for one call in microseconds, one value for each so many memory calls: unlike calls per second,
   * hardly disturbed by what else the machine does. Empty when it was not measured.
   */
  readonly cpuUs: readonly number[]
  /** Percentiles of the latency at the fixed low rate in milliseconds, one value for each second of it. */
  readonly p50Ms: readonly number[]
  readonly p99Ms: readonly number[]
  /** Resident memory in MiB after each so many calls; empty when it was not measured. */
  readonly residentMib: readonly number[]
}

/** A peer that was not measured, and why. */
export interface SkippedPeer {
  readonly name: string
  readonly reason: string
}

/** A run of the relay benchmark. */
export interface BenchResult {
  readonly machine: Readonly<Record<string, string>>
  /** The load generator's command lines, by what they are for. */
  readonly commands: Readonly<Record<string, string>>
  readonly peers: readonly PeerResult[]
  readonly skipped: readonly SkippedPeer[]
}
