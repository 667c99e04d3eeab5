import { Admission, FixedLimit } from '@spillway/admission'
import { PROCEED } from '@spillway/call'
import { ManualClock } from '@spillway/clock'
import { ConstantRandom, aCall, gateContract } from '@spillway/testkit'
import { expect, test } from 'vitest'
import { ShadowGate, inMode } from './shadow-gate.ts'

function admissionOf(seats: number): Admission {
  return new Admission(new FixedLimit(seats), { clock: new ManualClock(), random: new ConstantRandom() })
}

gateContract('a shadowed gate', () => {
  const inside = admissionOf(1)
  const gate = new ShadowGate(inside)
  return {
    gate,
    call: () => aCall(),
    held: () => [inside.snapshot().seatsInUse, inside.snapshot().queued],
    waitOut: () => undefined,
  }
})

test('a shadowed gate lets everyone in at once and counts whom it would have kept waiting', () => {
  const gate = new ShadowGate(admissionOf(1))
  const calls = [aCall(), aCall(), aCall()]

  expect(calls.map((call) => gate.enter(call))).toEqual([PROCEED, PROCEED, PROCEED])
  expect([gate.delayed, gate.refused]).toEqual([2, 0])
})

test('calls that would not have been let in give back nothing', () => {
  const inside = admissionOf(1)
  const gate = new ShadowGate(inside)
  const [first, second] = [aCall(), aCall()]
  gate.enter(first)
  gate.enter(second)
  gate.leave(second, 'success')

  expect(inside.snapshot().seatsInUse).toBe(1)
  gate.leave(first, 'success')
  expect(inside.snapshot().seatsInUse).toBe(0)
})

test('a gate that is off is not there, one that is enforced is itself', () => {
  const gate = admissionOf(1)

  expect(inMode('off', gate)).toEqual([])
  expect(inMode('enforce', gate)).toEqual([gate])
})
