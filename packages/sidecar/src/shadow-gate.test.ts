import { Admission, FixedLimit } from '@spillway/admission'
import { PROCEED, type Gate } from '@spillway/call'
import { ManualClock } from '@spillway/clock'
import { ConstantRandom, aCall, gateContract } from '@spillway/testkit'
import { expect, test } from 'vitest'
import { ShadowGate, inMode } from './shadow-gate.ts'

function admissionOf(seats: number): Admission {
  return new Admission(new FixedLimit(seats), { clock: new ManualClock(), random: new ConstantRandom() })
}

gateContract('a shadowed gate', () => {
  const inside = admissionOf(1)
  const gate = new ShadowGate('admission', inside)
  return {
    gate,
    call: () => aCall(),
    held: () => [inside.snapshot().seatsInUse, inside.snapshot().queued],
    waitOut: () => undefined,
  }
})

test('a shadowed gate lets everyone in at once and counts whom it would have kept waiting', () => {
  const gate = new ShadowGate('admission', admissionOf(1))
  const calls = [aCall(), aCall(), aCall()]

  expect(calls.map((call) => gate.enter(call))).toEqual([PROCEED, PROCEED, PROCEED])
  expect([gate.delayed, gate.refused]).toEqual([2, 0])
})

test('calls that would not have been let in give back nothing', () => {
  const inside = admissionOf(1)
  const gate = new ShadowGate('admission', inside)
  const [first, second] = [aCall(), aCall()]
  gate.enter(first)
  gate.enter(second)
  gate.leave(second, 'success')

  expect(inside.snapshot().seatsInUse).toBe(1)
  gate.leave(first, 'success')
  expect(inside.snapshot().seatsInUse).toBe(0)
})

test('two shadows in one list know apart which of them a call is in', () => {
  const [full, free] = [admissionOf(1), admissionOf(2)]
  const gates = [new ShadowGate('budget', full), new ShadowGate('admission', free)]
  const calls = [aCall(), aCall()]
  for (const gate of gates) for (const call of calls) gate.enter(call)
  for (const gate of gates) gate.leave(calls[1] ?? aCall(), 'success')

  expect([full.snapshot().seatsInUse, free.snapshot().seatsInUse]).toEqual([1, 1])
})

test('only calls that would have been let in are charged for what they spend', () => {
  const charged: string[] = []
  const inside: Gate = {
    name: 'till',
    enter: ({ cost }) => (cost > 5 ? { kind: 'budget_exhausted', pushbackMs: 1, budget: 'tokens' } : PROCEED),
    leave: () => undefined,
    charge: ({ cost }) => void charged.push(`cost ${cost}`),
  }
  const gate = new ShadowGate('budget', inside)
  const calls = [aCall({ cost: 5 }), aCall({ cost: 6 })]
  for (const call of calls) gate.enter(call)
  for (const call of calls) gate.charge(call)

  expect(charged).toEqual(['cost 5'])
})

test('a gate that is off is not there, one that is enforced is itself', () => {
  const gate = admissionOf(1)
  const modes = { expired: 'enforce', breaker: 'enforce', budget: 'off', admission: 'shadow' } as const

  expect(inMode(modes, 'budget', gate)).toEqual([])
  expect(inMode(modes, 'breaker', gate)).toEqual([gate])
  expect(inMode(modes, 'admission', gate)).toMatchObject([{ name: 'admission', refused: 0 }])
})
