import { describe, expect, test } from 'vitest'
import { outcomeOf, type CallEnd, type Outcome } from './outcome.ts'
import { Status, statusName } from './status.ts'

const PATIENCE_MS = 100

function anEnd(facts: Partial<CallEnd>): CallEnd {
  return {
    status: Status.OK,
    isFromSidecar: false,
    hasPushback: false,
    isCancelledByCaller: false,
    heldMs: 10,
    allowedMs: Number.POSITIVE_INFINITY,
    ...facts,
  }
}

const BY_STATUS: Readonly<Record<keyof typeof Status, Outcome>> = {
  OK: 'success',
  CANCELLED: 'cancelled',
  UNKNOWN: 'fault',
  INVALID_ARGUMENT: 'success',
  DEADLINE_EXCEEDED: 'fault',
  NOT_FOUND: 'success',
  ALREADY_EXISTS: 'success',
  PERMISSION_DENIED: 'success',
  RESOURCE_EXHAUSTED: 'backpressure',
  FAILED_PRECONDITION: 'success',
  ABORTED: 'success',
  OUT_OF_RANGE: 'success',
  UNIMPLEMENTED: 'success',
  INTERNAL: 'fault',
  UNAVAILABLE: 'fault',
  DATA_LOSS: 'fault',
  UNAUTHENTICATED: 'success',
}

test.each(Object.values(Status))('the application answers %i', (status) => {
  expect([statusName(status), outcomeOf(anEnd({ status }), PATIENCE_MS)]).toEqual([
    statusName(status),
    Object.entries(BY_STATUS).find(([name]) => name === statusName(status))?.[1],
  ])
})

test.each(Object.values(Status))('a caller that went away says nothing, whatever the status (%i)', (status) => {
  expect(outcomeOf(anEnd({ status, isCancelledByCaller: true }), PATIENCE_MS)).toBe('cancelled')
})

describe('UNAVAILABLE', () => {
  const status = Status.UNAVAILABLE

  test('with pushback is backpressure', () => {
    expect(outcomeOf(anEnd({ status, hasPushback: true }), PATIENCE_MS)).toBe('backpressure')
  })

  test('from another sidecar is backpressure', () => {
    expect(outcomeOf(anEnd({ status, isFromSidecar: true }), PATIENCE_MS)).toBe('backpressure')
  })
})

describe('DEADLINE_EXCEEDED', () => {
  const status = Status.DEADLINE_EXCEEDED

  test.each([
    [99.9, 'cancelled'],
    [100, 'fault'],
  ] as const)('of a caller that allowed %d ms is %s', (allowedMs, outcome) => {
    expect(outcomeOf(anEnd({ status, allowedMs }), PATIENCE_MS)).toBe(outcome)
  })

  test('from another sidecar is backpressure', () => {
    expect(outcomeOf(anEnd({ status, isFromSidecar: true }), PATIENCE_MS)).toBe('backpressure')
  })
})

test.each([
  ['RESOURCE_EXHAUSTED', Status.RESOURCE_EXHAUSTED],
  ['UNAVAILABLE', Status.UNAVAILABLE],
  ['DEADLINE_EXCEEDED', Status.DEADLINE_EXCEEDED],
] as const)('a %s that another sidecar made is no fault of the application', (_name, status) => {
  expect(outcomeOf(anEnd({ status, isFromSidecar: true }), PATIENCE_MS)).not.toBe('fault')
})
