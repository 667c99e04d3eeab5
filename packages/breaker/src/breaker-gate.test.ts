import { gateContract, type GateSubject } from '@spillway/testkit'
import { Door, idempotent } from './door.fixture.ts'

/** What the gate holds for calls are its probe permits. */
function subjectOf(door: Door): GateSubject {
  door.send(1, 'unsent')
  return { gate: door.gate, call: () => door.call(idempotent), held: () => door.view().probesOut }
}

gateContract('a closed breaker', () => subjectOf(new Door()))

gateContract('an open breaker', () => {
  const door = new Door()
  door.breakDown()
  return subjectOf(door)
})

gateContract('a half-open breaker', () => {
  const door = new Door()
  door.breakDownAndWait()
  return subjectOf(door)
})

gateContract('a breaker on its ramp', () => {
  const door = new Door()
  door.breakDownAndWait()
  door.send(5, 'success')
  return subjectOf(door)
})
