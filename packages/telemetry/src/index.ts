export type { CallSeries } from './call-series.ts'
export { defaultDecisionLogConfig, type DecisionLogConfig, type LogDestination } from './decision-log.ts'
export {
  FORWARDED,
  type BreakerState,
  type CallEnded,
  type Decision,
  type Direction,
  type Emit,
  type SidecarEvent,
} from './event.ts'
export {
  noGauges,
  type BreakerGauge,
  type BudgetGauge,
  type LeaseGauge,
  type OfficeGauge,
  type ClassifierCount,
  type ConnectionCount,
  type Gauges,
  type QueueGauge,
  type RuleCount,
  type SeatGauge,
  type ShadowCount,
} from './gauges.ts'
export { decisionLabel, type DecisionLabel } from './labels.ts'
export { defaultLineLimitConfig, type LineLimitConfig } from './line-limit.ts'
export type { Metrics } from './metrics.ts'
export type { MethodStats } from './method-stats.ts'
export { defaultSeriesLimits, type SeriesLimits } from './series-table.ts'
export type { MethodStatsView } from './stats-view.ts'
export type { Tap } from './tap.ts'
export type { TapEvent, TapFilter, TapSubscription } from './tap-view.ts'
export { Telemetry, type TelemetryOptions } from './telemetry.ts'
