import { NEVER_RETRY } from '@spillway/call'
import { expect, test } from 'vitest'
import { aCall } from './a-call.ts'
import { RecordingWaiter } from './recording-waiter.ts'

test('remembers everything that it was told', () => {
  const waiter = new RecordingWaiter()
  expect(waiter.decision).toBe('nothing')

  waiter.decided(undefined)
  waiter.decided({ kind: 'draining', pushbackMs: NEVER_RETRY })

  expect(waiter.decision).toBe('proceed')
  expect(waiter.decisions).toEqual(['proceed', { kind: 'draining', pushbackMs: NEVER_RETRY }])
})

test('builds a call with the facts given and plain ones besides', () => {
  const call = aCall({ seats: 3 })

  expect(call).toMatchObject({ seats: 3, cost: 1, attempt: 0, place: null, isWaiting: false })
})
