/** What the inspector shows. Plain values, computed when asked; names as in `proto/spillway/v1/inspector.proto`. */

/** How a policy acts: for real, only in what it reports, or not at all. */
export type Mode = 'enforce' | 'shadow' | 'off'

/** Which way a call goes: to the service beside the sidecar, or from it. */
export type Direction = 'inbound' | 'outbound'

/** States of a breaker, in the electrical sense: an open one lets nothing pass. */
export type BreakerState = 'closed' | 'open' | 'half_open'

/** One change of a breaker's state. */
export interface BreakerTransition {
  /** Wall-clock milliseconds since the Unix epoch. */
  readonly atMs: number
  readonly from: BreakerState
  readonly to: BreakerState
  /** For people: `7.1 % errors of 240 calls`. */
  readonly reason: string
}

/** One breaker: one method of one upstream. */
export interface BreakerView {
  /** Unique in this sidecar. */
  readonly name: string
  readonly upstream: string
  /** `/package.Service/Method`. */
  readonly method: string
  readonly state: BreakerState
  readonly mode: Mode
  /** Calls that count in the window, and those of them that failed. */
  readonly calls: number
  readonly failures: number
  /** It opens above this share of failures, once `minCalls` are in the window. */
  readonly thresholdPercent: number
  readonly minCalls: number
  readonly windowMs: number
  /** Time until the next probe may pass; undefined when it is closed, or was opened by hand. */
  readonly nextProbeMs: number | undefined
  /** Names of the rules that may answer while it is open, in order. */
  readonly fallbackRules: readonly string[]
  /** The latest change of state; undefined when there was none. */
  readonly lastTransition: BreakerTransition | undefined
  /** Latest last, as many as are kept; empty in lists. */
  readonly history: readonly BreakerTransition[]
}

/** One value of a policy and where it came from. */
export interface PolicyValue {
  /** As it is written in the options: `breaker.error_percent`. */
  readonly key: string
  readonly value: string
  /** What decided: `method option`, `yaml default`, … */
  readonly origin: string
  /** `proto/bank.proto:12`; empty for built-in defaults. */
  readonly place: string
}

/** The policy in force for one rpc. */
export interface MethodView {
  /** `/package.Service/Method`. */
  readonly path: string
  readonly values: readonly PolicyValue[]
}

/** How one method fared in one class over the last ten whole seconds. Times in milliseconds, rates per second. */
export interface MethodStatsView {
  readonly direction: Direction
  /** `/package.Service/Method`, or `_OTHER` for all that are not known. */
  readonly path: string
  readonly class: string
  /** Calls that ended, refused ones included. */
  readonly ratePerSecond: number
  /** Share of them that the upstream answered with OK. */
  readonly okPercent: number
  /** Share of them that a fallback rule answered with OK. */
  readonly degradedPercent: number
  readonly refusedPerSecond: number
  readonly answeredPerSecond: number
  /** Over forwarded calls, the wait included. */
  readonly p50Ms: number
  readonly p99Ms: number
  /** Wait at the gates over all calls. */
  readonly queueMeanMs: number
  readonly queueMaxMs: number
  /** Started and not ended. */
  readonly inFlight: number
}

/** The queue of one class in front of one upstream. */
export interface ClassQueueView {
  readonly class: string
  /** Seats in use by the class. */
  readonly inUse: number
  readonly queued: number
  /** How long the oldest has waited. */
  readonly oldestMs: number
}

/** The concurrency limit in front of one upstream and who uses it. */
export interface ListenerView {
  readonly direction: Direction
  /** `app`, or the name of an upstream. */
  readonly upstream: string
  /** Seats. */
  readonly limit: number
  readonly inUse: number
  readonly mode: Mode
  /** Most important first. */
  readonly queues: readonly ClassQueueView[]
}

/** What this sidecar holds of a budget, in the budget's own unit. */
export interface BudgetView {
  readonly name: string
  readonly mode: Mode
  readonly ratePerSecond: number
  readonly burst: number
  /** What could be taken now; negative while a debt is paid off. */
  readonly level: number
  /** What was asked for per second, granted or not. */
  readonly demandPerSecond: number
  /** Since the sidecar started. */
  readonly grantedTotal: number
  readonly refusedTotal: number
  /** Where this sidecar runs. */
  readonly region: string
  /** Drawn on by many sidecars, and the figures above are this one's share; false: all of it is this sidecar's own. */
  readonly isShared: boolean
  /** Rate and burst of the whole budget, over all regions. */
  readonly totalRatePerSecond: number
  readonly totalBurst: number
  /** Epoch and revision of the terms that those are part of, and how far their last change has got; 0 and empty for none. */
  readonly termsEpoch: number
  readonly termsRevision: number
  readonly termsPhase: '' | 'settled' | 'lowering' | 'agreeing'
  /** The lease ran out, or there was none yet. */
  readonly isCutOff: boolean
  /** Cut off because no lease has come yet: in a fleet that has just begun nobody shares out for about 11 s. */
  readonly isStarting: boolean
  /** Highest epoch of the grantors seen; 0 for none. */
  readonly epoch: number
  /** This process shares the budget out in its region, and over all regions. */
  readonly isAggregator: boolean
  readonly isAllocator: boolean
  /** Units used since the sidecar started, and since its usage file was begun. For metering. */
  readonly usedTotal: number
  readonly usedEver: number
  /** Most important first. */
  readonly classes: readonly BudgetClassView[]
}

/** What one class asks of a budget. */
export interface BudgetClassView {
  readonly class: string
  readonly demandPerSecond: number
  /** Since the sidecar started: calls that got their units, those that did not, and units used. */
  readonly grantedTotal: number
  readonly refusedTotal: number
  readonly usedTotal: number
}

/** Which calls a tap wants to see. What is left out restricts nothing. */
export interface TapFilter {
  /** Glob over the path, `*` for any run of characters. */
  readonly method?: string
  readonly classes?: readonly string[]
  /** `forwarded`, `answered`, or the kind of a refusal. */
  readonly decisions?: readonly string[]
  readonly minTotalMs?: number
  /** Share of the matching calls, above 0 to 1. */
  readonly sample?: number
  /** 1 to 1,000; the rest is only counted. */
  readonly maxPerSecond?: number
}

/** One call that ended. No metadata and no message. */
export interface TapEvent {
  /** Wall-clock milliseconds since the Unix epoch. */
  readonly atMs: number
  readonly direction: Direction
  readonly path: string
  readonly class: string
  /** The first twelve hex digits of SHA-256 over the fairness key; empty for none. */
  readonly tenantHash: string
  readonly peer: string
  readonly upstream: string
  readonly decision: string
  /** The fallback rule that answered; empty for none. */
  readonly rule: string
  readonly status: string
  /** The sidecar made the status, not the upstream. */
  readonly isOwnStatus: boolean
  readonly outcome: string
  readonly totalMs: number
  readonly queuedMs: number
  readonly upstreamMs: number
}
