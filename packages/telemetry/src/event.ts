import type { Outcome, Peer, PriorityClass, Problem, Refusal, RefusalKind, Status } from '@spillway/call'
import type { CallSeries } from './call-series.ts'

/** Which way a call goes: to the service beside the sidecar, or from it. */
export type Direction = 'inbound' | 'outbound'

/** What the sidecar did with a call. */
export type Decision =
  | { readonly kind: 'forwarded' }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** A fallback rule answered; `reason` is the refusal that it replaced. */
  | { readonly kind: 'answered'; readonly rule: string; readonly reason: RefusalKind }

/** The one decision that carries nothing, shared so that the usual call allocates none. */
export const FORWARDED: Decision = { kind: 'forwarded' }

/** A call is over. Read only while it is being emitted; whoever emits it may use the object again. */
export interface CallEnded {
  readonly kind: 'call_ended'
  /** Where the call is counted: what `startCall` returned for it. Each call that was started ends once. */
  readonly series: CallSeries
  readonly direction: Direction
  /** `/package.Service/Method` as the peer sent it. */
  readonly path: string
  readonly rank: PriorityClass
  /** Fairness key; empty for none. Leaves the process only as a hash. */
  readonly tenant: string
  readonly peer: Peer
  readonly upstream: string
  readonly decision: Decision
  /** What the caller was answered. */
  readonly status: Status
  /** The sidecar made the status, not the upstream. */
  readonly isOwnStatus: boolean
  readonly outcome: Outcome
  /** Monotonic time of the end. */
  readonly endedMs: number
  /** From complete request headers to the end, in milliseconds. */
  readonly totalMs: number
  /** Spent waiting at the gates. */
  readonly queuedMs: number
  /** Between being sent to the upstream and the end; 0 when it was not sent. */
  readonly upstreamMs: number
}

/** States of a breaker, in the electrical sense: an open one lets nothing pass. */
export type BreakerState = 'closed' | 'open' | 'half_open'

/** Everything that a sidecar tells about itself. One union, one `emit`; metrics, log and tap derive from it. */
export type SidecarEvent =
  | CallEnded
  | {
      readonly kind: 'breaker_changed'
      readonly breaker: string
      readonly from: BreakerState
      readonly to: BreakerState
      /** For people: `7.1 % errors of 240 calls`. */
      readonly reason: string
    }
  /** The connection over which budgets are shared. Calls go on either way. */
  | {
      readonly kind: 'bus_changed'
      readonly change: 'connected' | 'disconnected' | 'failed'
      /** Why, in words; empty when there is nothing to say. */
      readonly reason: string
    }
  /** This process has come into an office, or is out of it. */
  | {
      readonly kind: 'office_changed'
      readonly office: 'aggregator' | 'allocator'
      readonly region: string
      readonly change: 'won' | 'lost'
      readonly epoch: number
    }
  /** The share of a budget ran out for want of news, or there is one again. `ratePerSecond` is in force from now on. */
  | {
      readonly kind: 'lease_changed'
      readonly budget: string
      readonly change: 'granted' | 'cut_off'
      readonly ratePerSecond: number
      readonly epoch: number
    }
  /** A message about budgets was refused and had no effect: `fenced` (two grantors claim one epoch), `overclaimed`, … */
  | {
      readonly kind: 'advice_raised'
      readonly reason: string
      /** Whose message it was. */
      readonly about: string
      /** Empty when no single budget is concerned. */
      readonly budget: string
      /** How often it happened since it was last told. */
      readonly count: number
      readonly detail: string
    }
  /** Usage totals could not be read or written; they count on from what is in memory. */
  | { readonly kind: 'usage_unsaved'; readonly file: string; readonly reason: string }
  | { readonly kind: 'drain_started'; readonly inFlight: number; readonly graceMs: number }
  /** `cut` calls were still running when the grace was over. */
  | { readonly kind: 'drain_ended'; readonly cut: number; readonly tookMs: number }
  | { readonly kind: 'config_reloaded'; readonly methods: number }
  /** The configuration in force stays. */
  | { readonly kind: 'config_rejected'; readonly problems: readonly Problem[] }
  /** A rule wanted the first message and could not have it. */
  | {
      readonly kind: 'request_unreadable'
      readonly path: string
      readonly reason: 'too_large' | 'compressed' | 'malformed' | 'none'
    }
  /** A fallback rule could not be evaluated for a call, and was passed over. */
  | { readonly kind: 'rule_failed'; readonly path: string; readonly rule: string; readonly reason: string }
  /** A peer has had its share of the top class. */
  | {
      readonly kind: 'class_capped'
      readonly path: string
      readonly peer: Peer
      readonly asked: PriorityClass
      readonly given: PriorityClass
    }
  /** Somebody used, or tried to use, the write role of the inspector. */
  | {
      readonly kind: 'operator_action'
      readonly action: 'trip_breaker' | 'reset_breaker'
      readonly target: string
      /** How the operator came in: `unix:/run/…` or the remote address. */
      readonly by: string
      readonly isAllowed: boolean
      readonly reason: string
    }

/** Where events go. */
export type Emit = (event: SidecarEvent) => void
