import { expect, test } from 'vitest'
import { Door, idempotent, peer } from './door.fixture.ts'

test('lets no more probes in at once than the quota', () => {
  const door = new Door()
  door.breakDownAndWait()

  const entered = Array.from({ length: 10 }, () => door.enter(idempotent))

  expect(entered.filter((call) => call !== undefined)).toHaveLength(3)
  expect(door.verdict(idempotent)).toMatchObject({ kind: 'breaker_open', pushbackMs: 1_000 })
})

test('closes after a run of successes, by way of a ramp', () => {
  const door = new Door()
  door.breakDownAndWait()

  door.send(4, 'success')
  expect(door.view().state).toBe('halfOpen')
  door.send(1, 'success')
  expect(door.view().state).toBe('ramping')
  door.clock.advance(3_000)

  expect(door.view().state).toBe('closed')
  expect(door.transitions.map(({ from, to, reason }) => `${from} > ${to}: ${reason}`)).toEqual([
    'closed > open: 20 of 20 calls failed, more than 5 %',
    'open > halfOpen: the open time is over',
    'halfOpen > ramping: 5 probes succeeded',
    'ramping > closed: the ramp is over',
  ])
})

test('admits 25, 50, 75, then 100 % of the calls on its way back', () => {
  const door = new Door({ rampMs: 3_000 })
  door.breakDownAndWait()
  door.send(5, 'success')

  const admitted = [0, 1, 2, 3].map(() => {
    const entered = door.send(100, 'success')
    door.clock.advance(1_000)
    return entered
  })

  expect(admitted).toEqual([25, 50, 75, 100])
})

test('tells those that the ramp refuses when the share grows', () => {
  const door = new Door({ rampMs: 3_000 })
  door.breakDownAndWait()
  door.send(5, 'success')
  door.clock.advance(400)

  door.send(1, 'success')

  expect(door.verdict()).toMatchObject({ kind: 'breaker_open', pushbackMs: 600 })
})

test('opens again, for longer, at the first fault of a probe', () => {
  const door = new Door()
  door.breakDownAndWait()

  door.send(4, 'success')
  door.send(1, 'fault')

  expect(door.view()).toMatchObject({ state: 'open', openings: 2, nextProbeMs: 2_000, reason: 'a probe failed' })
})

test('opens again from the ramp, as from closed', () => {
  const door = new Door()
  door.breakDownAndWait()
  door.send(5, 'success')

  const sent = door.send(80, 'fault')

  expect(sent).toBe(15)
  expect(door.view()).toMatchObject({ state: 'open', openings: 2 })
})

test('starts its window afresh with the probes when it comes back', () => {
  const door = new Door({ rampMs: 0, openMs: 100 })
  door.breakDownAndWait()
  door.send(5, 'success')

  door.send(14, 'fault')
  expect(door.view()).toMatchObject({ state: 'closed', calls: 19, faults: 14 })

  door.send(1, 'fault')
  expect(door.view().state).toBe('open')
})

test.each(['cancelled', 'unsent', 'backpressure'] as const)(
  'gets the permit of a probe that ends %s back, and learns nothing',
  (outcome) => {
    const door = new Door()
    door.breakDownAndWait()

    door.send(100, outcome, idempotent)
    expect(door.view()).toMatchObject({ state: 'halfOpen', nextProbeMs: 0 })

    door.send(5, 'success', idempotent)
    expect(door.view().state).toBe('ramping')
  },
)

test('takes the permits of probes that hang back at their deadline', () => {
  const door = new Door()
  door.breakDownAndWait()
  const deadlineMs = door.clock.nowMs() + 500
  for (let probe = 0; probe < 3; probe++) door.enter({ deadlineMs })

  door.clock.advance(599)
  expect(door.enter()).toBeUndefined()
  door.clock.advance(1)
  expect(door.send(5, 'success')).toBe(5)

  expect(door.view().state).toBe('ramping')
})

test('takes the permits of probes without a deadline back when their lease runs out', () => {
  const door = new Door({ probeLeaseMs: 10_000 })
  door.breakDownAndWait()
  for (let probe = 0; probe < 3; probe++) door.enter()

  door.clock.advance(10_099)
  expect(door.enter()).toBeUndefined()
  door.clock.advance(1)

  expect(door.send(5, 'success')).toBe(5)
})

test('ignores a probe that reports after its permit went to another', () => {
  const door = new Door({ probes: 1, probeLeaseMs: 1_000 })
  door.breakDownAndWait()
  const late = door.call()
  door.gates.enter(late)
  door.clock.advance(1_100)
  const current = door.call()
  door.gates.enter(current)

  door.gates.leave(late, 'fault')
  expect(door.view().state).toBe('halfOpen')

  door.gates.leave(current, 'fault')
  expect(door.view().state).toBe('open')
})

test('hears a probe that ends by its own deadline, although the lease is over then', () => {
  const door = new Door()
  door.breakDownAndWait()
  const probe = door.call({ deadlineMs: door.clock.nowMs() + 500 })
  door.gates.enter(probe)
  door.clock.advance(501)
  door.send(2, 'success')

  door.gates.leave(probe, 'fault')

  expect(door.view()).toMatchObject({ state: 'open', reason: 'a probe failed' })
})

test('ignores late outcomes of calls that were let in before it opened', () => {
  const door = new Door()
  const early = Array.from({ length: 40 }, () => door.call())
  for (const call of early) door.gates.enter(call)
  door.breakDownAndWait()
  door.send(1, 'success')

  early.slice(0, 20).forEach((call) => door.gates.leave(call, 'success'))
  expect(door.view().state).toBe('halfOpen')
  early.slice(20).forEach((call) => door.gates.leave(call, 'fault'))
  expect(door.view().state).toBe('halfOpen')

  door.send(4, 'success')
  expect(door.view()).toMatchObject({ state: 'ramping', calls: 5, faults: 0 })
})

test('ignores late outcomes of the ramp in the ramp after next', () => {
  const door = new Door()
  door.breakDownAndWait()
  door.send(5, 'success')
  const early = door.call()
  door.gates.enter(early)
  door.send(80, 'fault')
  door.clock.advance(2_000)
  door.send(5, 'success')

  door.gates.leave(early, 'fault')

  expect(door.view()).toMatchObject({ state: 'ramping', faults: 0 })
})

test('counts calls of the ramp that end when it is over', () => {
  const door = new Door()
  door.breakDownAndWait()
  door.send(5, 'success')
  const call = door.call()
  door.gates.enter(call)
  door.clock.advance(3_000)
  expect(door.view().state).toBe('closed')

  door.gates.leave(call, 'fault')

  expect(door.view()).toMatchObject({ calls: 6, faults: 1 })
})

test('prefers idempotent calls as probes while there are any', () => {
  const door = new Door({ probePatienceMs: 1_000 })
  door.breakDown()
  door.clock.advance(999)
  door.send(1, 'success', idempotent)
  door.clock.advance(1)

  expect(door.enter()).toBeUndefined()
  expect(door.enter(idempotent)).toBeDefined()
})

test('takes calls that are not idempotent as probes when no idempotent one showed up for a while', () => {
  const door = new Door({ probePatienceMs: 1_000 })
  door.breakDown()
  door.clock.advance(999)
  door.send(1, 'success', idempotent)
  door.clock.advance(999)
  expect(door.enter()).toBeUndefined()

  door.clock.advance(1)
  expect(door.send(5, 'success')).toBe(5)
})

test('recovers a method that has no idempotent calls without any extra wait', () => {
  const door = new Door()
  door.breakDownAndWait()

  expect(door.send(5, 'success')).toBe(5)
})

test('recovers through other calls when the idempotent ones never decide anything', () => {
  const door = new Door({ probeLeaseMs: 30_000 })
  door.breakDownAndWait()

  for (let tenth = 0; tenth < 310; tenth++) {
    door.send(1, 'cancelled', idempotent)
    door.send(1, 'success')
    door.clock.advance(100)
  }

  expect(door.transitions.map(({ to }) => to)).toContain('ramping')
})

test('is not held open by one caller whose calls always fail', () => {
  const door = new Door({ openMs: 1_000 })
  door.breakDown()

  for (let tenth = 0; tenth < 100; tenth++) {
    door.send(2, 'fault', { ...peer('hostile'), ...idempotent })
    door.send(2, 'success', { ...peer('good'), ...idempotent })
    door.clock.advance(100)
  }

  expect(door.view().state).toBe('closed')
})

test('refuses a call that waited while the door became sick', () => {
  const door = new Door()
  const waiting = door.call()
  door.gates.enter(waiting)
  door.breakDown()

  expect(door.breakers.recheck(waiting)).toMatchObject({ kind: 'breaker_open' })
  expect(door.breakers.recheck(door.enter({ path: '/shop.Cart/Other' }) ?? waiting)).toBeUndefined()
})

test('lets a probe go on that waited with its permit', () => {
  const door = new Door()
  door.breakDownAndWait()
  const probe = door.call()
  door.gates.enter(probe)

  expect(door.breakers.recheck(probe)).toBeUndefined()
  door.gates.leave(probe, 'fault')
  expect(door.view().state).toBe('open')
})

test('counts a call that waited through an opening for the period in which it was sent', () => {
  const door = new Door({ rampMs: 0 })
  const waiting = door.call()
  door.gates.enter(waiting)
  door.breakDownAndWait()
  door.send(5, 'success')

  expect(door.breakers.recheck(waiting)).toBeUndefined()
  door.gates.leave(waiting, 'fault')

  expect(door.view()).toMatchObject({ state: 'closed', calls: 6, faults: 1 })
})
