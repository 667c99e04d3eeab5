export {
  FORWARDED,
  decisionLabel,
  type BreakerState,
  type CallEnded,
  type CallStarted,
  type Decision,
  type DecisionLabel,
  type Direction,
  type Emit,
  type SidecarEvent,
} from './event.ts'
export {
  noGauges,
  type BreakerGauge,
  type BudgetGauge,
  type Gauges,
  type QueueGauge,
  type SeatGauge,
} from './gauges.ts'
export type { MethodStatsView } from './stats-view.ts'
export type { TapEvent, TapFilter, TapSubscription } from './tap-view.ts'
