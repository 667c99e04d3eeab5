/** When one breaker opens, and how it finds its way back. */
export interface BreakerSettings {
  /** Opens when strictly more than this share of the counted calls of the window failed. 0 to 100. */
  readonly errorPercent: number
  /** Never opens with fewer counted calls than this in the window. */
  readonly minCalls: number
  /** Length of the rolling window, in tenths of which it rolls. */
  readonly windowMs: number
  /** How long the first opening lasts, before jitter. Doubles with every opening that follows without a healthy period. */
  readonly openMs: number
  /** Bound of the open time, before jitter. */
  readonly maxOpenMs: number
  /** The open time is spread over `1 ± openJitter`. */
  readonly openJitter: number
  /** Closed for this long, the next opening is a first one again. */
  readonly healthyMs: number
  /** How many probes half-open has out at once. */
  readonly probes: number
  /** A probe that has said nothing for this long, or past its own deadline, loses its permit. */
  readonly probeLeaseMs: number
  /** A second-choice probe waits until no better one was seen for this long: see `ProbePreference`. */
  readonly probePatienceMs: number
  /** How many probes must succeed in a row. */
  readonly closeAfter: number
  /** How long the way back from a quarter of the calls to all of them takes; 0 closes at once. */
  readonly rampMs: number
  /** So many successes of other callers in the window show that a door may be well although one caller always fails. */
  readonly witnesses: number
  /** How many callers are told apart; the rest count as one. */
  readonly maxPeers: number
}

/** The settings of whoever sets none. */
export const DEFAULT_BREAKER_SETTINGS: BreakerSettings = {
  errorPercent: 5,
  minCalls: 20,
  windowMs: 10_000,
  openMs: 1_000,
  maxOpenMs: 60_000,
  openJitter: 0.2,
  healthyMs: 60_000,
  probes: 3,
  probeLeaseMs: 30_000,
  probePatienceMs: 1_000,
  closeAfter: 5,
  rampMs: 3_000,
  witnesses: 1,
  maxPeers: 64,
}

/** Both say the same. */
export function isSameSettings(left: BreakerSettings, right: BreakerSettings): boolean {
  const others = new Map<string, number>(Object.entries(right))
  return Object.entries(left).every(([name, value]) => others.get(name) === value)
}
