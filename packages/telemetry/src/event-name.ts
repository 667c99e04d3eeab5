import type { Outcome, RefusalKind } from '@spillway/call'
import type { BreakerState, CallEnded, SidecarEvent } from './event.ts'

/** Names of refusals in the decision log: what people already search for. */
const REFUSAL_NAMES = {
  budget_exhausted: 'RateLimitExceeded',
  shed_overload: 'ResourceExhausted',
  queue_timeout: 'ResourceExhausted',
  deadline_infeasible: 'DeadlineInfeasible',
  breaker_open: 'BreakerRefused',
  draining: 'DrainRefused',
  upstream_unreachable: 'UpstreamUnreachable',
  priority_not_allowed: 'PriorityNotAllowed',
} as const satisfies Record<RefusalKind, string>

const OUTCOME_NAMES = {
  success: 'CallCompleted',
  fault: 'CallFailed',
  backpressure: 'UpstreamBusy',
  cancelled: 'CallCancelled',
  unsent: 'CallCancelled',
} as const satisfies Record<Outcome, string>

const BREAKER_NAMES = {
  closed: 'BreakerClosed',
  open: 'BreakerOpened',
  half_open: 'BreakerHalfOpened',
} as const satisfies Record<BreakerState, string>

const BUS_NAMES = {
  connected: 'BusConnected',
  disconnected: 'BusDisconnected',
  failed: 'BusUnreachable',
} as const

const OFFICE_NAMES = { won: 'OfficeWon', lost: 'OfficeLost' } as const

const LEASE_NAMES = { granted: 'LeaseGranted', cut_off: 'LeaseCutOff' } as const

const OTHER_NAMES = {
  advice_raised: 'AdviceRaised',
  usage_unsaved: 'UsageUnsaved',
  drain_started: 'DrainStarted',
  drain_ended: 'DrainEnded',
  config_reloaded: 'ConfigReloaded',
  config_rejected: 'ConfigRejected',
  request_unreadable: 'RequestUnreadable',
  rule_failed: 'RuleFailed',
  class_capped: 'ClassCapped',
  operator_action: 'OperatorAction',
} as const

/** The `event` of the decision log: stable, for searches and alerts. */
export function eventName(event: SidecarEvent): string {
  switch (event.kind) {
    case 'call_ended':
      return callName(event)
    case 'breaker_changed':
      return BREAKER_NAMES[event.to]
    case 'bus_changed':
      return BUS_NAMES[event.change]
    case 'office_changed':
      return OFFICE_NAMES[event.change]
    case 'lease_changed':
      return LEASE_NAMES[event.change]
    default:
      return OTHER_NAMES[event.kind]
  }
}

function callName(call: CallEnded): string {
  if (call.decision.kind === 'answered') return 'FallbackAnswered'
  return call.decision.kind === 'refused' ? REFUSAL_NAMES[call.decision.refusal.kind] : OUTCOME_NAMES[call.outcome]
}
