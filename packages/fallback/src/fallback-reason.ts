import type { Refusal } from '@spillway/call'
import type { FallbackReason } from '@spillway/contract'

/**
 * Why a fallback may answer in place of a refusal; undefined for refusals that nothing may stand in for: who is not
 * allowed a class is not to be answered, a call whose deadline is over has nobody waiting, and a sidecar that drains
 * sends its callers elsewhere. Errors of the application (a bad argument, missing credentials) are no refusals at all.
 */
export function fallbackReasonOf(refusal: Refusal): FallbackReason | undefined {
  switch (refusal.kind) {
    case 'breaker_open':
      return 'breaker_open'
    case 'upstream_unreachable':
      return 'unreachable'
    case 'shed_overload':
    case 'queue_timeout':
      return 'shed'
    case 'budget_exhausted':
      return 'budget'
    case 'deadline_infeasible':
    case 'draining':
    case 'priority_not_allowed':
    default:
      return undefined
  }
}
