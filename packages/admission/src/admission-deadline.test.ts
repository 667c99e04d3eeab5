import { NEVER_RETRY, PriorityClass } from '@spillway/call'
import { describe, expect, test } from 'vitest'
import { FrontDoor, type Visit } from './front-door.fixture.ts'
import { FixedLimit } from './limit.ts'

const { critical } = PriorityClass

describe('a deadline', () => {
  function aDoorThatTakes(tookMs: number): FrontDoor {
    const door = new FrontDoor(1)
    for (let index = 0; index < 10; index++) {
      const visit = door.enter()
      door.clock.advance(tookMs)
      door.leave(visit)
    }
    return door
  }

  test('that has passed is refused on entry', () => {
    const door = new FrontDoor(1)
    door.clock.advance(10)

    expect(door.enter({ deadlineMs: 10 }).refusal).toEqual({
      kind: 'deadline_infeasible',
      pushbackMs: NEVER_RETRY,
      remainingMs: 0,
    })
  })

  test('that leaves less time than the work takes is refused on entry', () => {
    const door = aDoorThatTakes(40)
    const nowMs = door.clock.nowMs()

    expect(door.enter({ deadlineMs: nowMs + 40 }).state).toBe('deadline_infeasible')
    expect(door.enter({ deadlineMs: nowMs + 41 }).state).toBe('running')
  })

  test('of another method is judged by that method', () => {
    const door = aDoorThatTakes(40)

    expect(door.enter({ path: '/other', deadlineMs: door.clock.nowMs() + 1 }).state).toBe('running')
  })

  test('that comes out of reach in the queue is refused then', () => {
    const door = aDoorThatTakes(40)
    const nowMs = door.clock.nowMs()
    door.occupy()
    const visit = door.enter({ deadlineMs: nowMs + 70 })

    door.clock.advance(29)
    expect(visit.state).toBe('waiting')
    door.clock.advance(1)
    expect(visit.state).toBe('deadline_infeasible')
  })

  test('is judged again when a seat comes free, by what is known then', () => {
    const door = new FrontDoor(2)
    const learned = Array.from({ length: 9 }, () => {
      const visit = door.enter()
      door.clock.advance(40)
      door.leave(visit)
    })
    expect(learned).toHaveLength(9)
    const [tenth] = [door.occupy(), door.occupy()]
    const visit = door.enter({ deadlineMs: door.clock.nowMs() + 60 })
    expect(visit.state).toBe('waiting')

    door.clock.advance(39)
    door.leave(tenth)

    expect(visit.state).toBe('deadline_infeasible')
  })

  test('is given another look when the estimate has fallen meanwhile', () => {
    const door = aDoorThatTakes(40)
    const nowMs = door.clock.nowMs()
    door.admission.setLimit(new FixedLimit(2))
    const [quick] = [door.occupy(), door.occupy()]
    const visit = door.enter({ deadlineMs: nowMs + 70 })
    door.enter({ rank: critical, tenant: 'ahead' })
    door.clock.advance(1)
    door.leave(quick)

    door.clock.advance(29)

    expect(visit.state).toBe('waiting')
  })

  test('lock-out heals: an estimate that keeps all calls out fades', () => {
    const door = aDoorThatTakes(900)
    const tryOne = (): Visit => door.enter({ deadlineMs: door.clock.nowMs() + 300 })
    expect(tryOne().state).toBe('deadline_infeasible')

    door.clock.advance(4_000)

    expect(tryOne().state).toBe('running')
  })

  test.each(['fault', 'cancelled', 'backpressure', 'unsent'] as const)('is not judged by calls with %s', (outcome) => {
    const door = new FrontDoor(1)
    for (let index = 0; index < 20; index++) {
      const visit = door.enter()
      door.clock.advance(40)
      door.leave(visit, outcome)
    }

    expect(door.enter({ deadlineMs: door.clock.nowMs() + 1 }).state).toBe('running')
  })
})
