/** How thorough the relay benchmark is. */
export interface BenchOptions {
  /**
   * So often all peers are started anew: how an engine compiles a program differs by a tenth from one process to the next, and no
   * figure is to hang on that.
   */
  readonly starts: number
  /** Rounds of each start. Every peer is measured once in each, so that what disturbs the machine for a while disturbs all. */
  readonly rounds: number
  /** Rounds of each start in which latency is measured, behind the others: what a full load leaves to be done is not to be seen. */
  readonly latencyRounds: number
  /** Full load after a start that does not count: an engine compiles meanwhile. */
  readonly settleMs: number
  /** One measurement of throughput, and the load before it that does not count. */
  readonly throughputMs: number
  readonly warmUpMs: number
  /** One measurement of latency, at {@link LATENCY_LOAD}, in whole seconds: each is judged by itself. */
  readonly latencySeconds: number
  /** Calls before memory is read. */
  readonly memoryCalls: number
  /** So often again, for the fixed point; 0 leaves it out. */
  readonly memoryRepeats: number
  /** Names of the peers to measure; all when empty. */
  readonly only: readonly string[]
}

/** About twenty minutes with all peers. Many short measurements tell more than few long ones on a machine that is shared. */
export const FULL: BenchOptions = {
  starts: 3,
  rounds: 16,
  latencyRounds: 4,
  settleMs: 3_000,
  throughputMs: 750,
  warmUpMs: 250,
  latencySeconds: 3,
  memoryCalls: 1_000_000,
  memoryRepeats: 0,
  only: [],
}

/** Whether everything works; its figures are too short to judge anything by. */
export const QUICK: BenchOptions = {
  ...FULL,
  starts: 1,
  rounds: 1,
  latencyRounds: 1,
  settleMs: 500,
  latencySeconds: 1,
  memoryCalls: 20_000,
}

/** With ten more million calls on each peer that is fast enough. */
export const LONG: BenchOptions = { ...FULL, memoryRepeats: 10 }

/** Throughput: as many calls as will go. */
export const THROUGHPUT_LOAD = { connections: 20, streams: 10 } as const

/** Latency: a rate that every peer takes with ease. The warm-up is for new connections and for code that a full load was not. */
export const LATENCY_LOAD = { connections: 10, perSecond: 1_000, warmUpSeconds: 1 } as const

/** Memory: many connections. */
export const MEMORY_LOAD = { connections: 100, streams: 10 } as const

/** A peer that would take longer for the memory calls is left out of that part. */
export const MEMORY_SECONDS = 120
