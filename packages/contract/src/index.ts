export type { Contract } from './contract.ts'
export type { Evaluation, Expression, ExpressionVariables, RequestMessage } from './expression.ts'
export type { LoadOptions, LoadResult } from './load-contract.ts'
export {
  DEFAULT_BREAKER,
  DEFAULT_PRIORITY,
  type BreakerPolicy,
  type CallShape,
  type FallbackAction,
  type FallbackReason,
  type FallbackRule,
  type Idempotency,
  type MethodPolicy,
  type Origin,
  type QueuePolicy,
  type RaiseRule,
} from './method-policy.ts'
export type { Overlay } from './overlay.ts'
export type { DetailsContext } from './status-details.ts'
