import { className } from '@spillway/call'
import type { Expression, MethodPolicy, ReplyField } from '@spillway/contract'
import type { PolicyValue } from '@spillway/inspect'

/** Every value of a policy as text, under its option's name, with where it came from. */
export function policyValues(policy: MethodPolicy): readonly PolicyValue[] {
  return Array.from(policy.origins, ([key, { source, place }]) => ({
    key,
    value: valueOf(policy, key),
    origin: source,
    place,
  }))
}

function valueOf(policy: MethodPolicy, key: string): string {
  const { breaker, settle } = policy
  switch (key) {
    case 'priority':
      return className(policy.priority)
    case 'raise':
      return list(policy.raise.map((rule) => `${className(rule.priority)} when ${rule.when.source}`))
    case 'cost':
      return amount(policy.cost)
    case 'seats':
      return amount(policy.seats)
    case 'budget':
      return policy.budget
    case 'tenant':
      return policy.tenant?.source ?? ''
    case 'timeout':
      return time(policy.timeoutMs)
    case 'max_timeout':
      return time(policy.maxTimeoutMs)
    case 'breaker.error_percent':
      return String(breaker.errorPercent)
    case 'breaker.min_calls':
      return String(breaker.minCalls)
    case 'breaker.window':
      return time(breaker.windowMs)
    case 'breaker.open':
      return time(breaker.openMs)
    case 'breaker.max_open':
      return time(breaker.maxOpenMs)
    case 'breaker.probes':
      return String(breaker.probes)
    case 'queue.max_wait':
      return time(policy.queue.maxWaitMs)
    case 'settle.estimate':
      return settle?.estimate === undefined ? '' : amount(settle.estimate)
    case 'settle.trailer':
      return settle?.trailer ?? ''
    case 'settle.total':
      return settle?.total?.name ?? ''
    case 'settle.per_message':
      return settle === undefined || settle.perMessage === 0 ? '' : perMessage(settle.perMessage)
    case 'settle.input':
      return settle === undefined ? '' : amount(settle.input)
    case 'fallback':
      return list(policy.fallbacks.map((rule) => rule.name))
    default:
      return policy.idempotency
  }
}

function amount(value: number | Expression<number>): string {
  return typeof value === 'number' ? String(value) : value.source
}

function perMessage(taken: number | ReplyField): string {
  return typeof taken === 'number' ? String(taken) : taken.name
}

function time(ms: number | undefined): string {
  if (ms === undefined) return ''
  return ms >= 1_000 && ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`
}

function list(items: readonly string[]): string {
  return items.join('; ')
}
