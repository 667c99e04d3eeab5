import { NEVER_RETRY, NO_DEADLINE, PriorityClass, type Refusal } from '@spillway/call'
import { ManualClock } from '@spillway/clock'
import { ConstantRandom, aCall, gateContract } from '@spillway/testkit'
import { describe, expect, test } from 'vitest'
import { Admission } from './admission.ts'
import { defaultAdmissionConfig } from './admission-config.ts'
import { FrontDoor } from './front-door.fixture.ts'
import { FixedLimit } from './limit.ts'

const { critical, standard, sheddable, batch, system } = PriorityClass

gateContract('the admission gate', () => {
  const clock = new ManualClock()
  const config = { ...defaultAdmissionConfig, maxQueuedCalls: 8 }
  const gate = new Admission(new FixedLimit(4), { clock, random: new ConstantRandom() }, config)
  return {
    gate,
    call: (index) => aCall({ rank: index % 2 === 0 ? batch : critical, seats: 1 + (index % 3) }),
    held: () => {
      const { seatsInUse, running, queued, queuedBytes } = gate.snapshot()
      return { seatsInUse, running, queued, queuedBytes }
    },
    waitOut: () => clock.advance(10_000),
  }
})

describe('seats', () => {
  test('are given at once while there are any', () => {
    const door = new FrontDoor(2)

    expect([door.enter(), door.enter(), door.enter()].map(({ state }) => state)).toEqual([
      'running',
      'running',
      'waiting',
    ])
  })

  test('go to the next in the queue when a call leaves', () => {
    const door = new FrontDoor(1)
    const first = door.enter()
    const second = door.enter()

    door.leave(first)

    expect(second.state).toBe('running')
  })

  test('count as many as the call is wide', () => {
    const door = new FrontDoor(5)
    door.enter({ seats: 3 })

    expect(door.enter({ seats: 2 }).state).toBe('running')
    expect(door.enter({ seats: 1 }).state).toBe('waiting')
  })

  test('are given to a call wider than the limit when it can run alone', () => {
    const door = new FrontDoor(4)
    const narrow = door.enter()
    const wide = door.enter({ seats: 10 })
    const behind = door.enter()
    expect(wide.state).toBe('waiting')

    door.leave(narrow)
    expect([wide.state, behind.state]).toEqual(['running', 'waiting'])

    door.leave(wide)
    expect(behind.state).toBe('running')
  })

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('asked for as %d count as one', (seats) => {
    const door = new FrontDoor(2)
    door.enter({ seats })

    expect(door.admission.snapshot().seatsInUse).toBe(1)
  })

  test('in fractions leave nothing behind', () => {
    const door = new FrontDoor(4)
    for (const visit of [0.1, 0.2, 0.3].map((seats) => door.enter({ seats }))) door.leave(visit)

    expect(door.admission.snapshot().seatsInUse).toBe(0)
  })

  test('are not counted for the system class, which never waits', () => {
    const door = new FrontDoor(1)
    door.occupy()

    const health = door.enter({ rank: system })

    expect(health.state).toBe('running')
    door.leave(health)
    expect(door.admission.snapshot()).toMatchObject({ seatsInUse: 1, running: 1 })
  })

  test('are not given to a newcomer past somebody who waits for more of them', () => {
    const door = new FrontDoor(4)
    const occupant = door.occupy(3)
    const wide = door.enter({ seats: 4, tenant: 'wide' })

    const narrow = door.enter({ seats: 1, tenant: 'narrow' })
    expect(narrow.state).toBe('waiting')

    door.leave(occupant)
    expect([wide.state, narrow.state]).toEqual(['running', 'waiting'])
  })

  test('go to the narrow calls behind a wide one that gives up', () => {
    const door = new FrontDoor(4)
    door.occupy(3)
    const wide = door.enter({ seats: 4 })
    const narrow = door.enter({ seats: 1 })

    door.leave(wide)

    expect(narrow.state).toBe('running')
  })

  test('go to the narrow calls behind a wide one whose time is over', () => {
    const door = new FrontDoor(4)
    door.occupy(3)
    const wide = door.enter({ seats: 4 })
    const narrow = door.enter({ seats: 1, rank: batch })

    door.clock.advance(100)

    expect([wide.state, narrow.state]).toEqual(['queue_timeout', 'running'])
  })
})

describe('the order', () => {
  test('is class, then deadline, then arrival', () => {
    const door = new FrontDoor(1)
    const occupant = door.occupy()
    const visits = [
      door.enter({ tenant: 'batch', rank: batch, deadlineMs: 60 }),
      door.enter({ tenant: 'standard, no deadline', rank: standard }),
      door.enter({ tenant: 'standard, no deadline, later', rank: standard }),
      door.enter({ tenant: 'standard, late', rank: standard, deadlineMs: 900 }),
      door.enter({ tenant: 'standard, soon', rank: standard, deadlineMs: 500 }),
      door.enter({ tenant: 'sheddable', rank: sheddable }),
      door.enter({ tenant: 'critical', rank: critical }),
    ]

    door.leave(occupant)
    for (let round = 0; round < visits.length; round++) {
      const running = visits.filter(({ state }) => state === 'running')
      const last = running.find(({ call }) => call.tenant === door.seated.at(-1))
      if (last) door.leave(last)
    }

    expect(door.seated.slice(1)).toEqual([
      'critical',
      'standard, soon',
      'standard, late',
      'standard, no deadline',
      'standard, no deadline, later',
      'sheddable',
      'batch',
    ])
  })

  test('lets a better newcomer take a free seat past a wide call that waits', () => {
    const door = new FrontDoor(4)
    door.occupy(3)
    door.enter({ seats: 4 })

    expect(door.enter({ rank: critical }).state).toBe('running')
  })
})

describe('a full queue', () => {
  test('turns out its worst for a better newcomer', () => {
    const door = new FrontDoor(1, { maxQueuedCalls: 2 })
    door.occupy()
    const low = door.enter({ rank: sheddable })
    const high = door.enter({ rank: standard })

    const newcomer = door.enter({ rank: critical })
    door.clock.advance(0)

    expect([low, high, newcomer].map(({ state }) => state)).toEqual(['shed_overload', 'waiting', 'waiting'])
  })

  test('turns away a newcomer that is the worst', () => {
    const door = new FrontDoor(1, { maxQueuedCalls: 1 })
    door.occupy()
    const first = door.enter({ rank: standard })

    expect(door.enter({ rank: standard }).state).toBe('shed_overload')
    expect(first.state).toBe('waiting')
  })

  test('turns out the latest deadline of a class, and of equals the newest', () => {
    const door = new FrontDoor(1, { maxQueuedCalls: 3 })
    door.occupy()
    const visits = [NO_DEADLINE, NO_DEADLINE, 500].map((deadlineMs) => door.enter({ deadlineMs }))

    door.enter({ deadlineMs: 400 })
    door.clock.advance(0)

    expect(visits.map(({ state }) => state)).toEqual(['waiting', 'shed_overload', 'waiting'])
  })

  test('is full by octets, too, and turns out as many as it takes', () => {
    const door = new FrontDoor(1, { maxQueuedBytes: 1_000 })
    door.occupy()
    const visits = [batch, sheddable, standard].map((rank) => door.enter({ rank, heldBytes: 300 }))

    const newcomer = door.enter({ rank: critical, heldBytes: 600 })
    door.clock.advance(0)

    expect(visits.map(({ state }) => state)).toEqual(['shed_overload', 'shed_overload', 'waiting'])
    expect(newcomer.state).toBe('waiting')
    expect(door.admission.snapshot().queuedBytes).toBe(900)
  })

  test('turns out nobody in vain', () => {
    const door = new FrontDoor(1, { maxQueuedBytes: 1_000 })
    door.occupy()
    const visits = [batch, critical].map((rank) => door.enter({ rank, heldBytes: 500 }))

    const newcomer = door.enter({ rank: standard, heldBytes: 600 })
    door.clock.advance(0)

    expect(newcomer.state).toBe('shed_overload')
    expect(visits.map(({ state }) => state)).toEqual(['waiting', 'waiting'])
  })

  test('of length 0 never lets anybody wait', () => {
    const door = new FrontDoor(1, { maxQueuedCalls: 0 })
    door.occupy()

    expect(door.enter({ rank: critical }).state).toBe('shed_overload')
  })

  test('tells the call that had to go after the newcomer is in, not meanwhile', () => {
    const door = new FrontDoor(1, { maxQueuedCalls: 1 })
    door.occupy()
    const low = door.enter({ rank: batch })

    door.enter({ rank: critical })
    expect(low.state).toBe('waiting')

    door.clock.advance(0)
    expect(low.state).toBe('shed_overload')
  })

  test('does not tell a call that left before it could be told', () => {
    const door = new FrontDoor(1, { maxQueuedCalls: 1 })
    door.occupy()
    const low = door.enter({ rank: batch })
    door.enter({ rank: critical })

    door.leave(low)
    door.clock.advance(0)

    expect(low.state).toBe('waiting')
    expect(door.admission.snapshot().classes).toMatchObject([{}, {}, {}, { name: 'batch', shed: 0, left: 1 }])
  })
})

describe('pushback', () => {
  test.each([
    [critical, 200],
    [standard, 200],
    [sheddable, NEVER_RETRY],
    [batch, NEVER_RETRY],
  ])('of class %d when shed is %d', (rank, pushbackMs) => {
    const door = new FrontDoor(1, { maxQueuedCalls: 0 })
    door.occupy()

    expect(door.enter({ rank }).refusal).toEqual({ kind: 'shed_overload', pushbackMs, rank, limit: 1, queued: 0 })
  })

  test('is spread, so that callers do not come back in step', () => {
    const pushbackOf = (random: number): number | undefined => {
      const doors = { clock: new ManualClock(), random: new ConstantRandom(random) }
      const admission = new Admission(new FixedLimit(1), doors, { ...defaultAdmissionConfig, maxQueuedCalls: 0 })
      admission.enter(aCall(), () => {})
      const verdict = admission.enter(aCall(), () => {})
      return typeof verdict === 'string' ? undefined : verdict.pushbackMs
    }

    expect([pushbackOf(0), pushbackOf(0.75)]).toEqual([100, 250])
  })
})

describe('time in the queue', () => {
  test.each([
    [critical, 100],
    [standard, 100],
    [sheddable, 100],
    [batch, 5_000],
  ])('of class %d is over after %d ms', (rank, maxWaitMs) => {
    const door = new FrontDoor(1)
    door.occupy()
    const visit = door.enter({ rank })

    door.clock.advance(maxWaitMs - 1)
    expect(visit.state).toBe('waiting')
    door.clock.advance(1)
    expect(visit.refusal).toEqual({ kind: 'queue_timeout', pushbackMs: 200, rank, waitedMs: maxWaitMs })
  })

  test('a call that says how long it may wait is not held to the time of its class', () => {
    const door = new FrontDoor(1)
    door.enter()
    const patient = door.enter({ maxWaitMs: 300 })
    const hasty = door.enter({ maxWaitMs: 20 })
    door.clock.advance(20)
    expect([patient.state, hasty.state]).toEqual(['waiting', 'queue_timeout'])
    door.clock.advance(280)
    expect(patient.state).toBe('queue_timeout')
  })

  test('is kept by one timer, whoever waits', () => {
    const door = new FrontDoor(1)
    door.occupy()
    for (let index = 0; index < 50; index++) {
      door.enter({ rank: index % 2 === 0 ? batch : critical })
      door.clock.advance(1)
      expect(door.clock.pendingTasks).toBe(1)
    }
  })

  test('needs no timer once nobody waits', () => {
    const door = new FrontDoor(1)
    door.occupy()
    door.enter()
    door.clock.advance(1_000)

    expect(door.clock.pendingTasks).toBe(0)
  })

  test('is over even if a seat comes free before the timer rings', () => {
    const clock = new ManualClock()
    const late = { nowMs: () => clock.nowMs(), wallMs: () => 0, schedule: () => ({ cancel: () => {} }) }
    const admission = new Admission(new FixedLimit(1), { clock: late, random: new ConstantRandom() })
    const first = aCall()
    const told: (Refusal | undefined)[] = []
    admission.enter(first, () => {})
    admission.enter(aCall(), (_call, refusal) => told.push(refusal))

    clock.advance(100)
    admission.leave(first, 'success')

    expect(told).toMatchObject([{ kind: 'queue_timeout', waitedMs: 100 }])
  })
})
