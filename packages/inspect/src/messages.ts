import type { BudgetView, ListenerView, MethodStatsView, MethodView, TapEvent } from './views.ts'

/**
 * The messages of `proto/spillway/v1/inspector.proto` as @grpc/proto-loader gives them: camel case, enums as names,
 * every field there. A test holds them against the descriptors.
 */

/** google.protobuf.Timestamp. Seconds are exact to the year 285 million. */
export interface TimestampMessage {
  readonly seconds: number
  readonly nanos: number
}

/** spillway.v1.BreakerState. */
export type BreakerStateMessage =
  | 'BREAKER_STATE_UNSPECIFIED'
  | 'BREAKER_STATE_CLOSED'
  | 'BREAKER_STATE_OPEN'
  | 'BREAKER_STATE_HALF_OPEN'

/** spillway.v1.BreakerTransition. */
export interface BreakerTransitionMessage {
  readonly at: TimestampMessage | null
  readonly from: BreakerStateMessage
  readonly to: BreakerStateMessage
  readonly reason: string
}

/** spillway.v1.Breaker. */
export interface BreakerMessage {
  readonly name: string
  readonly upstream: string
  readonly method: string
  readonly state: BreakerStateMessage
  readonly mode: string
  readonly calls: number
  readonly failures: number
  readonly thresholdPercent: number
  readonly minCalls: number
  readonly windowMs: number
  /** Absent, null or undefined unless the breaker is open. */
  readonly nextProbeMs?: number | null | undefined
  readonly fallbackRules: readonly string[]
  readonly lastTransition: BreakerTransitionMessage | null
  readonly history: readonly BreakerTransitionMessage[]
}

/** spillway.v1.WatchBreakersReply. */
export interface WatchBreakersReply {
  readonly isSnapshot: boolean
  readonly breakers: readonly BreakerMessage[]
  readonly removed: readonly string[]
}

/** spillway.v1.WatchBreakersRequest. */
export interface WatchBreakersRequest {
  readonly names: readonly string[]
  readonly intervalMs: number
}

/** spillway.v1.TripBreakerRequest and ResetBreakerRequest. */
export interface ChangeBreakerRequest {
  readonly name: string
  readonly reason: string
}

/** spillway.v1.WatchMethodsRequest. */
export interface WatchMethodsRequest {
  readonly method: string
  readonly intervalMs: number
}

/** spillway.v1.WatchMethodsReply. */
export interface WatchMethodsReply {
  readonly at: TimestampMessage | null
  readonly methods: readonly MethodStatsView[]
  readonly listeners: readonly ListenerView[]
}

/** spillway.v1.WatchBudgetsReply. */
export interface WatchBudgetsReply {
  readonly at: TimestampMessage | null
  readonly budgets: readonly BudgetView[]
}

/** spillway.v1.ListMethodsReply. */
export interface ListMethodsReply {
  readonly methods: readonly MethodView[]
}

/** spillway.v1.TapRequest. */
export interface TapRequest {
  readonly method: string
  readonly classes: readonly string[]
  readonly decisions: readonly string[]
  readonly minTotalMs: number
  readonly sample: number
  readonly maxPerSecond: number
}

/** spillway.v1.TapEvent. */
export interface TapEventMessage extends Omit<TapEvent, 'atMs'> {
  readonly at: TimestampMessage | null
}

/** spillway.v1.TapReply. */
export interface TapReply {
  readonly events: readonly TapEventMessage[]
  readonly dropped: number
}
