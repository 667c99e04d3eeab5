export type { InspectorSource, OperatorAction, TapSubscription } from './inspector-source.ts'
export type {
  BreakerState,
  BreakerTransition,
  BreakerView,
  BudgetView,
  ClassQueueView,
  Direction,
  ListenerView,
  MethodStatsView,
  MethodView,
  Mode,
  PolicyValue,
  TapEvent,
  TapFilter,
} from './views.ts'
export type { HealthStatus, Inspector, InspectorOptions } from './inspector.ts'
