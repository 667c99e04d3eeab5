import type { PriorityClassName } from '@spillway/call'
import type { BreakerState, Direction } from './event.ts'

/** A breaker as a scrape sees it. */
export interface BreakerGauge {
  readonly breaker: string
  readonly state: BreakerState
}

/** A budget as a scrape sees it, in its own unit: all of it, or this process's share. Counts are since the start. */
export interface BudgetGauge {
  readonly budget: string
  readonly level: number
  /** Charged beyond what was there, and to be repaid before anybody is let in. */
  readonly debt: number
  readonly ratePerSecond: number
  readonly burst: number
  /** Calls that were let in and calls that were refused. */
  readonly granted: number
  readonly refused: number
  /** Drawn when calls were let in, drawn but not needed, and needed beyond what was drawn. */
  readonly drawn: number
  readonly unneeded: number
  readonly overdrawn: number
  /** Calls that kept what was drawn for them because nothing told what they took. */
  readonly unsettled: number
  /** Asked for per second of late, refused calls included. */
  readonly demand: readonly { readonly class: PriorityClassName; readonly perSecond: number }[]
  /** Undefined for a budget that is not shared. */
  readonly lease: LeaseGauge | undefined
}

/** A share of a budget that many processes draw on. */
export interface LeaseGauge {
  /** Of the whole budget. */
  readonly totalRatePerSecond: number
  readonly totalBurst: number
  /** The lease ran out, or there was none yet. */
  readonly isCutOff: boolean
  /** Highest epoch of the grantors seen; 0 for none. */
  readonly epoch: number
}

/** An office that this process may hold. */
export interface OfficeGauge {
  readonly office: 'aggregator' | 'allocator'
  readonly isHeld: boolean
}

/** The seats in front of one upstream. */
export interface SeatGauge {
  readonly direction: Direction
  /** `app`, or the name of an upstream. */
  readonly upstream: string
  readonly limit: number
  readonly inUse: number
}

/** The queue of one class in front of one upstream. */
export interface QueueGauge {
  readonly direction: Direction
  /** `app`, or the name of an upstream. */
  readonly upstream: string
  readonly class: PriorityClassName
  readonly length: number
}

/** A claim of a class by a peer, or an expression of the policy, that was not taken as it came. */
export interface ClassifierCount {
  readonly result: 'claim_ignored' | 'claim_clamped' | 'claim_refused' | 'expression_failed'
  readonly count: number
}

/** What became of one fallback rule. */
export interface RuleCount {
  /** Path of the method whose rule it is. */
  readonly method: string
  readonly rule: string
  /** `unreadable`: it reads the request, and the request was not at hand. */
  readonly result: 'applied' | 'unreadable' | 'failed'
  readonly count: number
}

/** Calls that a gate in shadow mode would have treated otherwise. */
export interface ShadowCount {
  readonly direction: Direction
  /** Where the gate stands: `app`, or the name of an upstream. */
  readonly upstream: string
  readonly gate: string
  readonly verdict: 'refuse' | 'wait'
  readonly count: number
}

/** Connections since the start: with callers, or with endpoints of upstreams. */
export interface ConnectionCount {
  /** `inbound` or `outbound` for callers of that listener, else the name of the upstream. */
  readonly of: string
  readonly side: 'downstream' | 'upstream'
  /** `refused`: there were too many. `failed`: the endpoint could not be connected to. */
  readonly change: 'opened' | 'refused' | 'failed'
  readonly count: number
}

/** State that is asked for at each scrape and never cached: a gauge that remembers lies after a recovery. */
export interface Gauges {
  breakers(): Iterable<BreakerGauge>
  budgets(): Iterable<BudgetGauge>
  offices(): Iterable<OfficeGauge>
  seats(): Iterable<SeatGauge>
  queues(): Iterable<QueueGauge>
  classifier(): Iterable<ClassifierCount>
  rules(): Iterable<RuleCount>
  shadows(): Iterable<ShadowCount>
  connections(): Iterable<ConnectionCount>
}

/** Nothing to show. */
export const noGauges: Gauges = {
  breakers: () => [],
  budgets: () => [],
  offices: () => [],
  seats: () => [],
  queues: () => [],
  classifier: () => [],
  rules: () => [],
  shadows: () => [],
  connections: () => [],
}
