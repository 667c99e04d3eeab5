import { Gates, NEVER_RETRY, PROCEED, WAIT, type Gate, type Wake } from '@spillway/call'
import { ManualClock } from '@spillway/clock'
import { RecordingWaiter, aCall, gateContract } from '@spillway/testkit'
import { expect, test } from 'vitest'
import { ExpiredGate } from './expired-gate.ts'

gateContract('the expired gate', () => {
  const clock = new ManualClock()
  clock.advance(24)
  return { gate: new ExpiredGate(clock), call: (index) => aCall({ deadlineMs: index }), held: () => undefined }
})

test('refuses a call from the moment of its deadline on', () => {
  const clock = new ManualClock()
  const gate = new ExpiredGate(clock)
  const call = aCall({ deadlineMs: 100 })

  clock.advance(99)
  expect(gate.enter(call)).toBe(PROCEED)
  clock.advance(1)
  expect(gate.enter(call)).toEqual({ kind: 'deadline_infeasible', pushbackMs: NEVER_RETRY, remainingMs: 0 })
})

test('lets a call without a deadline pass', () => {
  expect(new ExpiredGate(new ManualClock()).enter(aCall())).toBe(PROCEED)
})

test('is asked again when a wait behind it ends', () => {
  const clock = new ManualClock()
  const wakes: Wake[] = []
  const slow: Gate = {
    name: 'slow',
    enter: (_call, wake) => {
      wakes.push(wake)
      return WAIT
    },
    leave: () => {},
  }
  const waiter = new RecordingWaiter()
  const call = aCall({ deadlineMs: 100 }, waiter)
  new Gates([new ExpiredGate(clock), slow]).enter(call)

  clock.advance(100)
  for (const wake of wakes) wake(call, undefined)

  expect(waiter.decision).toBe('deadline_infeasible')
})
