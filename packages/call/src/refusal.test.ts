import { expect, test } from 'vitest'
import { REFUSAL_FORMS } from './refusal.ts'
import { statusName } from './status.ts'

test('every kind has the status and the reason of the contract', () => {
  const table = Object.entries(REFUSAL_FORMS).map(([kind, { status, reason }]) => [kind, statusName(status), reason])

  expect(table).toEqual([
    ['budget_exhausted', 'RESOURCE_EXHAUSTED', 'BUDGET_EXHAUSTED'],
    ['shed_overload', 'RESOURCE_EXHAUSTED', 'SHED_OVERLOAD'],
    ['queue_timeout', 'RESOURCE_EXHAUSTED', 'QUEUE_TIMEOUT'],
    ['deadline_infeasible', 'DEADLINE_EXCEEDED', 'DEADLINE_INFEASIBLE'],
    ['breaker_open', 'UNAVAILABLE', 'BREAKER_OPEN'],
    ['draining', 'UNAVAILABLE', 'DRAINING'],
    ['upstream_unreachable', 'UNAVAILABLE', 'UPSTREAM_UNREACHABLE'],
    ['priority_not_allowed', 'PERMISSION_DENIED', 'PRIORITY_NOT_ALLOWED'],
  ])
})

test.each(Object.entries(REFUSAL_FORMS))('the reason of %s is its kind in capitals', (kind, { reason }) => {
  expect(reason).toBe(kind.toUpperCase())
})

test.each(Object.entries(REFUSAL_FORMS))(
  'the message of %s travels in a header without escaping',
  (_kind, { message }) => {
    expect(message).toMatch(/^[\x20-\x24\x26-\x7e]+$/)
  },
)
