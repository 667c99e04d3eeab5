export type { InspectorSource, OperatorAction, TapSubscription } from './inspector-source.ts'
export type {
  BreakerState,
  BreakerTransition,
  BreakerView,
  BudgetClassView,
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
export type { HealthStatus } from './health-statuses.ts'
export { startInspector, type Inspector, type InspectorOptions } from './inspector.ts'
export { SocketError } from './socket-error.ts'
export { inspectorFolder, inspectorSocketPath } from './socket-path.ts'
