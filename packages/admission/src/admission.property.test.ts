import { NO_DEADLINE, PriorityClass } from '@spillway/call'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AdmissionSnapshot } from './admission-snapshot.ts'
import { FrontDoor, type Visit } from './front-door.fixture.ts'
import { FixedLimit } from './limit.ts'
import { NaiveAdmission } from './naive-admission.fixture.ts'

const MAX_CALLS = 5
const MAX_BYTES = 100
const RANKS = Object.values(PriorityClass)

type Step =
  | { kind: 'enter'; rank: PriorityClass; seats: number; timeoutMs: number; heldBytes: number }
  | { kind: 'leave'; pick: number }
  | { kind: 'advance'; byMs: number }
  | { kind: 'resize'; seats: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('enter' as const),
      rank: fc.constantFrom(...RANKS),
      seats: fc.constantFrom(1, 1, 1, 2, 3, 9),
      timeoutMs: fc.constantFrom(0, 10, 20, 20, 90, 300, NO_DEADLINE, NO_DEADLINE),
      heldBytes: fc.constantFrom(0, 10, 30, 60, 101),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('leave' as const), pick: fc.nat() }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('advance' as const), byMs: fc.constantFrom(0, 1, 5, 10, 80, 100, 5_000) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('resize' as const), seats: fc.integer({ min: 1, max: 6 }) }) },
)

/** The gate and the naive model side by side, taken through the same steps. */
class Comparison {
  readonly door: FrontDoor
  readonly model: NaiveAdmission
  readonly visits: Visit[] = []
  #inside: number[] = []

  constructor(limit: number) {
    const feasibility = { quantile: 0.5, minSamples: Number.POSITIVE_INFINITY, believedMs: 1_000, maxMethods: 1 }
    this.door = new FrontDoor(limit, { maxQueuedCalls: MAX_CALLS, maxQueuedBytes: MAX_BYTES, feasibility })
    this.model = new NaiveAdmission(limit, MAX_CALLS, MAX_BYTES)
  }

  take(each: Step): void {
    switch (each.kind) {
      case 'enter':
        return this.#enter(each)
      case 'leave':
        return this.#leave(each.pick)
      case 'advance':
        this.door.clock.advance(each.byMs)
        return this.model.advance(each.byMs)
      case 'resize':
        this.door.admission.setLimit(new FixedLimit(each.seats))
        return this.model.resize(each.seats)
    }
  }

  #enter({ rank, seats, timeoutMs, heldBytes }: Extract<Step, { kind: 'enter' }>): void {
    const facts = { rank, seats, heldBytes, deadlineMs: this.door.clock.nowMs() + timeoutMs }
    this.#inside.push(this.visits.length)
    this.visits.push(this.door.enter(facts))
    this.model.enter(facts)
  }

  #leave(pick: number): void {
    for (const id of this.#inside.splice(pick % Math.max(1, this.#inside.length), 1)) {
      const visit = this.visits[id]
      if (visit) this.door.leave(visit)
      this.model.leave(id)
    }
  }
}

function decidedOn(snapshot: AdmissionSnapshot): number {
  return snapshot.classes
    .map(({ admitted, shed, timedOut, infeasible, left }) => admitted + shed + timedOut + infeasible + left)
    .reduce((total, each) => total + each, 0)
}

test('decides every call as promised: order, bounds, time, eviction, whatever comes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 50 }), (limit, steps) => {
      const both = new Comparison(limit)
      for (const each of steps) {
        both.take(each)
        expect(both.visits.map(({ state }) => state)).toEqual(both.model.states())
        expect(both.door.admission.snapshot().seatsInUse).toBe(both.model.seatsInUse())
      }
    }),
    { numRuns: 2_000 },
  )
})

test('keeps its bounds, loses no call and strands no seat', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 60 }), (limit, steps) => {
      const both = new Comparison(limit)
      let highestLimit = limit
      for (const each of steps) {
        if (each.kind === 'resize') highestLimit = Math.max(highestLimit, each.seats)
        both.take(each)
        const snapshot = both.door.admission.snapshot()
        expect(snapshot.seatsInUse <= highestLimit || snapshot.running === 1).toBe(true)
        expect(snapshot.queued).toBeLessThanOrEqual(MAX_CALLS)
        expect(snapshot.queuedBytes).toBeLessThanOrEqual(MAX_BYTES)
        expect(snapshot.oldestWaitMs).toBeLessThan(5_000)
      }
      both.door.clock.advance(10_000)
      const counted = both.visits.filter(({ call }) => call.rank !== PriorityClass.system)
      expect(decidedOn(both.door.admission.snapshot())).toBe(counted.length)

      for (const visit of both.visits) both.door.leave(visit)
      both.door.clock.advance(10_000)
      expect(both.door.admission.snapshot()).toMatchObject({ seatsInUse: 0, running: 0, queued: 0, queuedBytes: 0 })
      expect(both.door.clock.pendingTasks).toBe(0)
    }),
    { numRuns: 1_000 },
  )
})
