import { NEVER_RETRY, PROCEED, PriorityClass, WAIT, Gates, type Call, type CallFacts } from '@spillway/call'
import { ManualClock } from '@spillway/clock'
import { RecordingWaiter, aCall, gateContract } from '@spillway/testkit'
import { expect, test } from 'vitest'
import { MOST_ASKING } from './ask-line.ts'
import { BudgetGate } from './budget-gate.ts'
import { NO_SHARE } from './lease/share.ts'
import { LEASE_MS, aSharedBudget, grant } from './shared-budget.fixture.ts'
import type { SharedBudget } from './shared-budget.ts'

const WAIT_MS = 250
const { critical, standard, batch } = PriorityClass

/** A sidecar of a fleet that is larger than its budget of 100 a second. */
function aBench(askWait = WAIT_MS) {
  const clock = new ManualClock()
  const budget = aSharedBudget(clock, 'floor', askWait)
  inUnits(budget)
  clock.advance(100)
  const gates = new Gates([new BudgetGate({ find: () => budget })])
  const enter = (facts: Partial<CallFacts> = {}) => {
    const waiter = new RecordingWaiter()
    const call = aCall({ budget: 'scoring', ...facts }, waiter)
    return { call, waiter, verdict: gates.enter(call) }
  }
  return { clock, budget, gates, enter }
}

/** A grant without any rate, with so many units. */
function inUnits(budget: SharedBudget, units = 0, burst = units): void {
  grant(budget, { rate: 0, burst }, NO_SHARE, units, true)
}

gateContract('the budget gate, where units are asked for', () => {
  const { clock, budget } = aBench()
  inUnits(budget, 3)
  clock.advance(1)
  return {
    gate: new BudgetGate({ find: () => budget }),
    call: (index): Call => aCall({ budget: 'scoring', rank: index % 2 === 0 ? critical : batch }),
    held: () => [budget.lease.level, [...budget.lease.asks]],
    waitOut: () => clock.advance(WAIT_MS),
    isSpending: true,
  }
})

test('a call waits for a unit that is asked for at once, and goes on when it comes', () => {
  const { budget, enter } = aBench()
  let asked = 0
  budget.lease.onAsked = () => asked++

  const { call, waiter, verdict } = enter()
  expect(verdict).toBe(WAIT)
  expect(asked).toBe(1)
  expect(budget.lease.poll()?.asks).toEqual([0, 1, 0, 0])
  inUnits(budget, 1)

  expect(waiter.decision).toBe('proceed')
  expect(call.budgetTaken).toBe(1)
  expect(budget.lease.level).toBe(0)
})

test('the unit that came is given up as soon as it is spent, so that it can be granted again', () => {
  const { clock, budget, enter } = aBench()
  enter()
  inUnits(budget, 1)
  clock.advance(60)

  expect(budget.lease.poll()).toMatchObject({ force: { rate: 0, burst: 0 }, asks: [0, 0, 0, 0], used: 1 })
})

test('the most important calls get what comes, whoever came first', () => {
  const { budget, enter } = aBench()
  const [last, second, first] = [enter({ rank: batch }), enter({ rank: standard }), enter({ rank: critical })]
  inUnits(budget, 2, 2)

  expect([first, second, last].map(({ waiter }) => waiter.decision)).toEqual(['proceed', 'proceed', 'nothing'])
})

test('a large call is not overtaken by small ones behind it', () => {
  const { budget, enter } = aBench()
  const [large, small] = [enter({ cost: 3 }), enter({ cost: 1 })]
  inUnits(budget, 2)
  expect([large.waiter.decision, small.waiter.decision]).toEqual(['nothing', 'nothing'])
  inUnits(budget, 2, 4)

  expect([large.waiter.decision, small.waiter.decision]).toEqual(['proceed', 'proceed'])
})

test('who waited in vain is refused with the time in which the whole budget makes what it costs', () => {
  const { clock, budget, enter } = aBench()
  const { waiter } = enter({ cost: 5 })
  clock.advance(WAIT_MS - 1)
  expect(waiter.decision).toBe('nothing')
  clock.advance(1)

  expect(waiter.decision).toBe('budget_exhausted')
  expect(budget.lease.asks).toEqual([0, 0, 0, 0])
  expect(enterAfterLines(enter)).toEqual({ kind: 'budget_exhausted', pushbackMs: 10, budget: 'scoring' })
})

test('nobody waits past its deadline', () => {
  const { clock, enter } = aBench()
  const { waiter } = enter({ deadlineMs: clock.nowMs() + 40 })
  clock.advance(40)

  expect(waiter.decision).toBe('budget_exhausted')
})

test('a caller that has gone is not asked for any more, and what comes is there for the next', () => {
  const { budget, gates, enter } = aBench()
  const { call, waiter } = enter()
  gates.leave(call, 'cancelled')
  expect(budget.lease.asks).toEqual([0, 0, 0, 0])
  inUnits(budget, 1)

  expect(waiter.decision).toBe('nothing')
  expect(enter().verdict).toBe(PROCEED)
})

test('a call that waits is counted once, when it is decided', () => {
  const { clock, budget, enter } = aBench()
  const counts = () => {
    const { admitted, refused } = budget.snapshot().classes[1] ?? {}
    return { admitted, refused }
  }
  enter()
  enter()
  expect(counts()).toEqual({ admitted: 0, refused: 0 })
  inUnits(budget, 1)
  clock.advance(WAIT_MS)

  expect(counts()).toEqual({ admitted: 1, refused: 1 })
})

test('only so many of a class wait', () => {
  const { enter } = aBench()
  for (let index = 0; index < MOST_ASKING; index++) expect(enter().verdict).toBe(WAIT)

  expect(enter().verdict).toMatchObject({ kind: 'budget_exhausted' })
  expect(enter({ rank: critical }).verdict).toBe(WAIT)
})

test('with a wait of 0 the call is refused at once, and its unit is asked for all the same', () => {
  const { budget, enter } = aBench(0)

  expect(enter({ cost: 2 }).verdict).toMatchObject({ kind: 'budget_exhausted', pushbackMs: 20 })
  expect(budget.lease.poll()?.asks).toEqual([0, 2, 0, 0])
})

test('a call that can never fit is refused at once', () => {
  expect(aBench().enter({ cost: 201 }).verdict).toMatchObject({ pushbackMs: NEVER_RETRY })
})

test('when cut off nobody waits', () => {
  const { clock, enter } = aBench()
  clock.advance(LEASE_MS)

  expect(enter().verdict).toEqual({ kind: 'budget_exhausted', pushbackMs: 1_000, budget: 'scoring' })
})

test('nobody waits for a grantor that has not answered', () => {
  const { clock, budget, enter } = aBench()
  enter()
  expect(budget.lease.poll()).toBeDefined()
  clock.advance(WAIT_MS)

  expect(enter().verdict).toMatchObject({ kind: 'budget_exhausted' })
  inUnits(budget)
  expect(enter().verdict).toBe(WAIT)
})

test('a usual share decides at once, be it spent or not', () => {
  const { clock, budget, enter } = aBench()
  grant(budget, { rate: 10, burst: 2 }, NO_SHARE, 1, true)
  clock.advance(50)

  expect(enter({ rank: critical }).verdict).toBe(PROCEED)
  expect(enter({ rank: critical }).verdict).toMatchObject({ kind: 'budget_exhausted' })
})

/** The refusal of a call that came when a line was full. */
function enterAfterLines(enter: ReturnType<typeof aBench>['enter']): unknown {
  for (let index = 0; index < MOST_ASKING; index++) enter()
  return enter().verdict
}
