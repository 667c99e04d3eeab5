import type { ProbePermits } from './probe-permits.ts'
import type { Ramp } from './ramp.ts'

/** Where a breaker stands, in the electrical sense: closed lets calls through. */
export type BreakerState =
  | { readonly kind: 'closed'; readonly sinceMs: number }
  /** Refuses every call until `untilMs`; tripped by hand, that is never (Infinity). `openings` in a row, this one included. */
  | { readonly kind: 'open'; readonly untilMs: number; readonly openings: number }
  /** Lets probes in, each with a permit; `successes` of them in a row so far. */
  | { readonly kind: 'halfOpen'; readonly permits: ProbePermits; readonly successes: number }
  /** Closed for a growing share of the calls. */
  | { readonly kind: 'ramping'; readonly ramp: Ramp }

/** The name of a state. */
export type BreakerStateKind = BreakerState['kind']

/** One change of a breaker's state. */
export interface Transition {
  /** Name of the breaker. */
  readonly breaker: string
  readonly upstream: string
  /** Path of the method, or `_OTHER`. */
  readonly method: string
  readonly from: BreakerStateKind
  readonly to: BreakerStateKind
  /** One line for people. */
  readonly reason: string
  /** Wall-clock time in milliseconds since the Unix epoch. */
  readonly atWallMs: number
}

/** What a breaker looks like at the moment of asking. */
export interface BreakerView {
  /** `<upstream> <package.Service/Method>`; `<upstream> _OTHER` for the methods without a breaker of their own. */
  readonly name: string
  readonly upstream: string
  /** Path of the method, or `_OTHER`. */
  readonly method: string
  readonly state: BreakerStateKind
  /** Tripped by hand: stays open until it is reset. */
  readonly isForced: boolean
  /** Share of the counted calls of the window that failed, 0 to 100; 0 without calls. */
  readonly errorPercent: number
  /** Calls of the window that ended in a success or a fault. */
  readonly calls: number
  readonly faults: number
  /** Milliseconds until a call may pass as a probe; 0 when it may now; undefined when that is not to be foreseen. */
  readonly nextProbeMs: number | undefined
  /** Probes under way, those included whose lease has run out unnoticed. */
  readonly probesOut: number
  /** Openings in a row without a healthy period between them. */
  readonly openings: number
  /** The peer whose faults alone are too many, while it stays closed for the others; undefined when there is none. */
  readonly loneCulprit: string | undefined
  /** Why it is in this state; empty for one that never changed. */
  readonly reason: string
  /** The last transitions, oldest first, at most {@link HISTORY_LENGTH}. */
  readonly history: readonly Transition[]
}

/** How many transitions a breaker remembers. */
export const HISTORY_LENGTH = 32
