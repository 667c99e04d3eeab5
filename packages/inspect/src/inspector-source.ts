import type {
  BreakerView,
  BudgetView,
  ListenerView,
  MethodStatsView,
  MethodView,
  TapEvent,
  TapFilter,
} from './views.ts'

/** A tap in use. Holds a bounded number of events; the oldest make room and are counted. */
export interface TapSubscription {
  /** The oldest event not yet taken, or undefined. */
  take(): TapEvent | undefined
  /** Matching events that were not kept since the last call. Resets the count. */
  takeDropped(): number
  /** Ends it; safe to repeat. */
  close(): void
}

/** A use of the write role, allowed or not. */
export interface OperatorAction {
  readonly action: 'trip_breaker' | 'reset_breaker'
  readonly target: string
  /** How the operator came in: `unix:/run/…`, or the remote address. */
  readonly by: string
  readonly isAllowed: boolean
  readonly reason: string
}

/**
 * Everything that the inspector asks of the sidecar. Called for each request and each refresh of a stream, so state is
 * never older than the question. Must not throw.
 */
export interface InspectorSource {
  /** All breakers; `history` may be filled, lists leave it out. */
  breakers(): readonly BreakerView[]
  /** Calls `changed` after each change of a breaker's state, and when breakers come or go. Returns how to stop. */
  watchBreakers(changed: () => void): () => void
  /** Opens the breaker of that name by hand. The name exists. */
  tripBreaker(name: string, reason: string): void
  /** Closes the breaker of that name by hand and forgets its window. The name exists. */
  resetBreaker(name: string, reason: string): void
  methods(): readonly MethodView[]
  methodStats(): readonly MethodStatsView[]
  listeners(): readonly ListenerView[]
  budgets(): readonly BudgetView[]
  /** Subscribes to calls as they end; `notify` says that there is something to take, perhaps more often than needed. */
  tap(filter: TapFilter, notify: () => void): TapSubscription
  /** Hears of every use of the write role, refused ones included, before it takes effect. */
  audit(action: OperatorAction): void
}
