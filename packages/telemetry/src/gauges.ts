import type { PriorityClassName } from '@spillway/call'
import type { BreakerState, Direction } from './event.ts'

/** A breaker as a scrape sees it. */
export interface BreakerGauge {
  readonly breaker: string
  readonly state: BreakerState
}

/** A budget as a scrape sees it, in its own unit. */
export interface BudgetGauge {
  readonly budget: string
  readonly level: number
  readonly ratePerSecond: number
  readonly demandPerSecond: number
}

/** The seats of one listener. */
export interface SeatGauge {
  readonly direction: Direction
  readonly limit: number
  readonly inUse: number
}

/** The queue of one class at one listener. */
export interface QueueGauge {
  readonly direction: Direction
  readonly class: PriorityClassName
  readonly length: number
}

/** State that is asked for at each scrape and never cached: a gauge that remembers lies after a recovery. */
export interface Gauges {
  breakers(): Iterable<BreakerGauge>
  budgets(): Iterable<BudgetGauge>
  seats(): Iterable<SeatGauge>
  queues(): Iterable<QueueGauge>
}

/** Nothing to show. */
export const noGauges: Gauges = { breakers: () => [], budgets: () => [], seats: () => [], queues: () => [] }
