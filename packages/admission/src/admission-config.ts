import type { PriorityClassName } from '@spillway/call'

/** Bounds of one {@link Admission}. Every queue of it is bounded in count, in bytes and in time. */
export interface AdmissionConfig {
  /** Calls that may wait at once, over all classes. */
  readonly maxQueuedCalls: number
  /** Octets that waiting calls may hold at once (`Call.heldBytes`), over all classes. */
  readonly maxQueuedBytes: number
  /** How long a call of each class may wait, in milliseconds, unless it says so itself (`Call.maxWaitMs`). */
  readonly maxWaitMs: Readonly<Record<PriorityClassName, number>>
  /** Seats that only critical calls may take. */
  readonly criticalReserve: CriticalReserve
  /** When a deadline counts as out of reach. */
  readonly feasibility: FeasibilityConfig
  /** About how long a caller that was shed should stay away, in milliseconds; see `pushbackSpread`. */
  readonly pushbackMs: number
  /** Pushbacks are spread evenly over `pushbackMs * (1 ± pushbackSpread)`, so that callers do not come back in step. */
  readonly pushbackSpread: number
}

/** Seats kept free of lower classes, so that a critical call need not wait for one of theirs to end. */
export interface CriticalReserve {
  /** Share of the limit, 0 to below 1, rounded up to whole seats. 0 keeps none. */
  readonly share: number
  /** The reserve is lent to everyone once no critical call has come for so many milliseconds. */
  readonly lentAfterMs: number
}

/** How the time that a call needs is learnt from the calls before it; see {@link ServiceTimes}. */
export interface FeasibilityConfig {
  /** Which quantile of a method's service time a call must have left, between 0 and 1. */
  readonly quantile: number
  /** Calls of a method that must have succeeded before its estimate counts. */
  readonly minSamples: number
  /** An estimate is believed in full for so long after its last sample, and fades from then on; milliseconds. */
  readonly believedMs: number
  /** Methods remembered. Callers name the methods, so the memory of them is bounded. */
  readonly maxMethods: number
}

/** The bounds that hold when none are configured. */
export const defaultAdmissionConfig: AdmissionConfig = {
  maxQueuedCalls: 1_024,
  maxQueuedBytes: 16 * 1_024 * 1_024,
  maxWaitMs: { system: 100, critical: 100, standard: 100, sheddable: 100, batch: 5_000 },
  criticalReserve: { share: 0, lentAfterMs: 1_000 },
  feasibility: { quantile: 0.5, minSamples: 10, believedMs: 1_000, maxMethods: 1_024 },
  pushbackMs: 200,
  pushbackSpread: 0.5,
}
