export type { Contract } from './contract.ts'
export type { Evaluation, Expression, ExpressionVariables, RequestMessage } from './expression.ts'
export { loadContract, type LoadOptions, type LoadResult } from './load-contract.ts'
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
  type ReplyField,
  type SettlePolicy,
} from './method-policy.ts'
export type { Overlay } from './overlay.ts'
export { MAX_EXPRESSION_LENGTH } from './cel-compile.ts'
export { MAX_REQUEST_BYTES } from './policy-compiler.ts'
export { ERROR_DOMAIN, statusDetails, type DetailsContext } from './status-details.ts'
export { StatusDetailsCache } from './status-details-cache.ts'
export { toldPushbackMs } from './told-pushback.ts'
