import { Gates, PROCEED, PriorityClass, type Gate } from '@spillway/call'
import { ManualClock } from '@spillway/clock'
import { ConstantRandom, aCall } from '@spillway/testkit'
import { describe, expect, test } from 'vitest'
import { Admission } from './admission.ts'
import { defaultAdmissionConfig } from './admission-config.ts'
import { FrontDoor } from './front-door.fixture.ts'
import { FixedLimit, type Limit, type LimitSample } from './limit.ts'

const { critical, standard, batch } = PriorityClass

describe('the reserve for critical calls', () => {
  const config = { criticalReserve: { share: 0.25, lentAfterMs: 1_000 } }

  test('keeps seats free of lower classes while critical calls come', () => {
    const door = new FrontDoor(8, config)
    door.leave(door.enter({ rank: critical }))
    const lower = Array.from({ length: 8 }, () => door.enter({ rank: standard }))

    expect(lower.filter(({ state }) => state === 'running')).toHaveLength(6)
    expect(door.enter({ rank: critical }).state).toBe('running')
    expect(door.enter({ rank: critical }).state).toBe('running')
    expect(door.enter({ rank: critical }).state).toBe('waiting')
  })

  test('is used up by critical calls, not added on top of them', () => {
    const door = new FrontDoor(8, config)
    for (let index = 0; index < 2; index++) door.enter({ rank: critical })
    const lower = Array.from({ length: 6 }, () => door.enter({ rank: standard }))

    expect(lower.map(({ state }) => state)).toEqual(Array.from({ length: 6 }, () => 'running'))
  })

  test('is lent when no critical call has come for a while', () => {
    const door = new FrontDoor(8, config)
    door.leave(door.enter({ rank: critical }))
    door.clock.advance(1_000)
    const lower = Array.from({ length: 8 }, () => door.enter({ rank: standard }))

    expect(lower.map(({ state }) => state)).toEqual(Array.from({ length: 8 }, () => 'running'))
  })

  test('is rounded up to whole seats, but not by an error of rounding', () => {
    const door = new FrontDoor(100, { criticalReserve: { share: 0.07, lentAfterMs: 1_000 } })
    door.leave(door.enter({ rank: critical }))
    const lower = Array.from({ length: 100 }, () => door.enter({ rank: standard }))

    expect(0.07 * 100).toBeGreaterThan(7)
    expect(lower.filter(({ state }) => state === 'running')).toHaveLength(93)
  })

  test('never keeps the last call out', () => {
    const door = new FrontDoor(1, config)
    door.leave(door.enter({ rank: critical }))

    expect(door.enter({ rank: batch }).state).toBe('running')
  })
})

describe('new bounds', () => {
  test('of a smaller queue turn nobody out, until somebody better needs a place', () => {
    const door = new FrontDoor(1, { maxQueuedCalls: 3 })
    door.occupy()
    const waiting = [door.enter({ rank: batch }), door.enter({ rank: batch }), door.enter()]

    door.admission.reconfigure({ ...defaultAdmissionConfig, maxQueuedCalls: 1 })
    expect(waiting.map(({ state }) => state)).toEqual(['waiting', 'waiting', 'waiting'])
    expect(door.enter({ rank: batch }).state).toBe('shed_overload')

    const best = door.enter({ rank: critical })
    door.clock.advance(0)
    expect([...waiting, best].map(({ state }) => state)).toEqual([
      'shed_overload',
      'shed_overload',
      'shed_overload',
      'waiting',
    ])
  })

  test('of waits, pushbacks and the reserve hold for those who come', () => {
    const door = new FrontDoor(2)
    const [first] = [door.occupy(), door.occupy()]
    const before = door.enter({ rank: batch })
    door.admission.reconfigure({
      ...defaultAdmissionConfig,
      maxWaitMs: { ...defaultAdmissionConfig.maxWaitMs, batch: 10 },
      pushbackMs: 7_000,
      criticalReserve: { share: 0.5, lentAfterMs: 60_000 },
    })
    const after = door.enter({ rank: batch })
    door.clock.advance(11)

    expect([before.state, after.state, after.refusal?.pushbackMs]).toEqual(['waiting', 'queue_timeout', 7_000])
    const important = door.enter({ rank: critical })
    if (first !== undefined) door.leave(first)
    expect([important.state, before.state]).toEqual(['running', 'waiting'])
    door.leave(important)
    expect(before.state).toBe('waiting') // the free seat is kept for critical calls
  })
})

describe('the limit', () => {
  test('takes effect at once when it rises', () => {
    const door = new FrontDoor(1)
    door.occupy()
    const waiting = [door.enter(), door.enter(), door.enter()]

    door.admission.setLimit(new FixedLimit(3))

    expect(waiting.map(({ state }) => state)).toEqual(['running', 'running', 'waiting'])
  })

  test('is kept as calls leave when it falls', () => {
    const door = new FrontDoor(3)
    const running = [door.occupy(), door.occupy(), door.occupy()]
    const waiting = door.enter()

    door.admission.setLimit(new FixedLimit(1))
    for (const visit of running.slice(0, 2)) door.leave(visit)
    expect(waiting.state).toBe('waiting')

    for (const visit of running.slice(2)) door.leave(visit)
    expect(waiting.state).toBe('running')
  })

  test('that rises by itself reaches those who wait with the next call, in a turn of its own', () => {
    let seats = 1
    const door = new FrontDoor({ current: () => seats, onSample: () => {} })
    door.occupy()
    const waiting = door.enter()

    seats = 2
    const late = door.enter()
    expect([waiting.state, late.state]).toEqual(['waiting', 'waiting'])
    door.clock.advance(0)

    expect([waiting.state, late.state]).toEqual(['running', 'waiting'])
  })

  test('learns from calls that reached the upstream, and from no others', () => {
    const samples: LimitSample[] = []
    const limit: Limit = { current: () => 4, onSample: (sample) => samples.push(sample) }
    const door = new FrontDoor(limit)
    for (const outcome of ['success', 'fault', 'backpressure', 'cancelled', 'unsent'] as const) {
      const visit = door.enter({ seats: 2 })
      door.clock.advance(10)
      door.leave(visit, outcome)
    }

    expect(
      samples.map(({ startedMs, heldMs, seatsInUse, outcome }) => [startedMs, heldMs, seatsInUse, outcome]),
    ).toEqual([
      [0, 10, 2, 'success'],
      [10, 10, 2, 'fault'],
      [20, 10, 2, 'backpressure'],
    ])
  })

  test.each([0, -3, Number.NaN])('of %d still lets one call run at a time', (seats) => {
    const door = new FrontDoor({ current: () => seats, onSample: () => {} })
    const first = door.enter()
    const second = door.enter()
    expect([first.state, second.state]).toEqual(['running', 'waiting'])

    door.leave(first)

    expect(second.state).toBe('running')
  })
})

describe('a wake', () => {
  test('does not recurse when each woken call is turned away by an earlier gate', () => {
    const clock = new ManualClock()
    const config = { ...defaultAdmissionConfig, maxQueuedCalls: 20_000 }
    const admission = new Admission(new FixedLimit(1), { clock, random: new ConstantRandom() }, config)
    let isSick = false
    const breaker: Gate = {
      name: 'breaker',
      enter: () => PROCEED,
      leave: () => {},
      recheck: () => (isSick ? { kind: 'breaker_open', pushbackMs: 0, breaker: 'app' } : undefined),
    }
    const gates = new Gates([breaker, admission])
    const calls = Array.from({ length: 20_000 }, () => aCall())
    for (const call of calls) gates.enter(call)
    isSick = true

    for (const first of calls.slice(0, 1)) gates.leave(first, 'success')

    expect(admission.snapshot()).toMatchObject({ running: 0, queued: 0, seatsInUse: 0 })
  })

  test('may enter another call and leave its own at once', () => {
    const admission = new Admission(new FixedLimit(1), { clock: new ManualClock(), random: new ConstantRandom() })
    const gates = new Gates([admission])
    let woken = 0
    const enterNext = (): void => {
      const decided = (): void => {
        if (++woken < 10_000) enterNext()
        gates.leave(call, 'success')
      }
      const call = aCall({}, { decided })
      gates.enter(call)
    }
    const first = aCall()
    gates.enter(first)
    enterNext()

    gates.leave(first, 'success')

    expect(woken).toBe(10_000)
    expect(admission.snapshot()).toMatchObject({ running: 0, queued: 0, seatsInUse: 0 })
  })
})

test('the snapshot shows limit, seats, queue, oldest wait and what became of each class', () => {
  const door = new FrontDoor(2, { maxQueuedCalls: 2 })
  const running = door.occupy(2)
  const visits = [
    door.enter({ rank: critical, heldBytes: 10 }),
    door.enter({ rank: batch, heldBytes: 5 }),
    door.enter({ rank: batch }),
  ]
  door.clock.advance(30)

  expect(visits.map(({ state }) => state)).toEqual(['waiting', 'waiting', 'shed_overload'])
  expect(door.admission.snapshot()).toEqual({
    limit: 2,
    seatsInUse: 2,
    running: 1,
    queued: 2,
    queuedBytes: 15,
    oldestWaitMs: 30,
    classes: [
      {
        name: 'critical',
        queued: 1,
        oldestWaitMs: 30,
        seatsInUse: 0,
        admitted: 0,
        shed: 0,
        timedOut: 0,
        infeasible: 0,
        left: 0,
      },
      {
        name: 'standard',
        queued: 0,
        oldestWaitMs: 0,
        seatsInUse: 2,
        admitted: 1,
        shed: 0,
        timedOut: 0,
        infeasible: 0,
        left: 0,
      },
      {
        name: 'sheddable',
        queued: 0,
        oldestWaitMs: 0,
        seatsInUse: 0,
        admitted: 0,
        shed: 0,
        timedOut: 0,
        infeasible: 0,
        left: 0,
      },
      {
        name: 'batch',
        queued: 1,
        oldestWaitMs: 30,
        seatsInUse: 0,
        admitted: 0,
        shed: 1,
        timedOut: 0,
        infeasible: 0,
        left: 0,
      },
    ],
  })
  door.leave(running)
})
