import { NEVER_RETRY, PROCEED, PriorityClass } from '@spillway/call'
import { ManualClock } from '@spillway/clock'
import { aCall, gateContract } from '@spillway/testkit'
import { expect, test } from 'vitest'
import { BudgetGate } from './budget-gate.ts'
import { LEASE_MS, aSharedBudget, grant } from './shared-budget.fixture.ts'
import { NO_SHARE } from './lease/share.ts'
import type { OnCutOff, SharedBudget } from './shared-budget.ts'

const { critical, batch } = PriorityClass
const SHARE = { rate: 100, burst: 10 }

function gateOf(budget: SharedBudget): BudgetGate {
  return new BudgetGate({ find: (name) => (name === budget.name ? budget : undefined) })
}

/** How long a critical call of one unit, which it refuses, is told to wait. */
function waitOf(budget: SharedBudget): number {
  expect(budget.take(critical, 1)).toBe(false)
  return budget.waitMs
}

gateContract('the budget gate on a lease', () => {
  const clock = new ManualClock()
  const budget = aSharedBudget(clock)
  grant(budget, SHARE, SHARE, 10)
  clock.advance(1)
  const call = () => aCall({ budget: 'scoring', rank: critical })
  return { gate: gateOf(budget), call, held: () => budget.lease.level, isSpending: true }
})

test('lets nothing pass before the first grant, and says to come back soon', () => {
  const gate = gateOf(aSharedBudget(new ManualClock()))

  const verdict = gate.enter(aCall({ budget: 'scoring' }))

  expect(verdict).toEqual({ kind: 'budget_exhausted', pushbackMs: 1_000, budget: 'scoring' })
})

test('in a fleet that has just begun, says when the first grant may come', () => {
  const clock = new ManualClock()
  const budget = aSharedBudget(clock)

  clock.advance(3_000)
  expect(waitOf(budget)).toBe(7_200)
  clock.advance(20_000)
  expect(waitOf(budget)).toBe(1_000)
  grant(budget, SHARE)
  clock.advance(LEASE_MS)
  expect(waitOf(budget)).toBe(1_000)
})

test('refuses with the time until this share has the tokens', () => {
  const clock = new ManualClock()
  const budget = aSharedBudget(clock)
  grant(budget, SHARE)
  const gate = gateOf(budget)

  // Two tokens at 100 a second, of which 3 % may go into the small claims of the other classes.
  expect(gate.enter(aCall({ budget: 'scoring', rank: critical, cost: 2 }))).toMatchObject({ pushbackMs: 21 })
  clock.advance(21)
  expect(gate.enter(aCall({ budget: 'scoring', rank: critical, cost: 2 }))).toBe(PROCEED)
})

test('tells a caller not to come back only when its cost is above the whole budget', () => {
  const budget = aSharedBudget(new ManualClock())
  grant(budget, SHARE)
  const gate = gateOf(budget)

  expect(gate.enter(aCall({ budget: 'scoring', cost: 11 }))).toMatchObject({ pushbackMs: 1_000 })
  expect(gate.enter(aCall({ budget: 'scoring', cost: 201 }))).toMatchObject({ pushbackMs: NEVER_RETRY })
})

test('gives the tokens of a call that was not sent back', () => {
  const clock = new ManualClock()
  const budget = aSharedBudget(clock)
  grant(budget, SHARE, SHARE, 10)
  clock.advance(1)
  const gate = gateOf(budget)
  const call = aCall({ budget: 'scoring', rank: critical, cost: 4 })
  gate.enter(call)

  gate.leave(call, 'unsent')

  expect(budget.lease.level).toBe(10)
  expect(budget.snapshot().classes[0]).toMatchObject({ name: 'critical', admitted: 1, refused: 0, used: 0 })
})

test('shows what is asked for by class, refused calls included', () => {
  const clock = new ManualClock()
  const budget = aSharedBudget(clock)
  for (let call = 0; call < 2_000; call++) {
    budget.take(critical, 1)
    if (call % 2 === 0) budget.take(batch, 1)
    clock.advance(10)
    budget.lease.poll()
  }

  const [first, , , last] = budget.snapshot().classes

  expect(first).toMatchObject({ name: 'critical', demand: expect.closeTo(100, -1) })
  expect(last).toMatchObject({ name: 'batch', demand: expect.closeTo(50, -1) })
})

test.each<[OnCutOff, boolean]>([
  ['floor', true],
  ['deny', false],
  ['allow', true],
])('when the lease runs out, %s lets a call within the slice pass: %s', (onCutOff, passes) => {
  const clock = new ManualClock()
  const budget = aSharedBudget(clock, onCutOff)
  grant(budget, SHARE, { rate: 10, burst: 10 }, 10)
  clock.advance(LEASE_MS)

  expect(budget.take(critical, 1)).toBe(passes)
})

test.each<[OnCutOff, boolean]>([
  ['floor', false],
  ['deny', false],
  ['allow', true],
])('without any share, %s lets a call pass: %s', (onCutOff, passes) => {
  expect(aSharedBudget(new ManualClock(), onCutOff).take(critical, 1)).toBe(passes)
})

test('charges nothing for what deny turned away', () => {
  const clock = new ManualClock()
  const budget = aSharedBudget(clock, 'deny')
  grant(budget, SHARE, SHARE, 10)
  clock.advance(LEASE_MS)

  budget.take(critical, 3)

  expect(budget.lease.used).toBe(0)
  expect(budget.lease.level).toBe(10)
})

test('takes another way of being cut off over at once', () => {
  const budget = aSharedBudget(new ManualClock(), 'deny')

  budget.reconfigure({ rate: 100, burst: 200, onCutOff: 'allow' })

  expect(budget.take(critical, 1)).toBe(true)
})

test('gives what a call did not need back while the lease stays, and nothing after it was interrupted', () => {
  const clock = new ManualClock()
  const budget = aSharedBudget(clock)
  const gate = gateOf(budget)
  const calls = [0, 1].map(() => aCall({ budget: 'scoring', rank: critical, cost: 4 }))
  grant(budget, SHARE, NO_SHARE, 10)
  clock.advance(1)
  for (const call of calls) expect(gate.enter(call)).toBe(PROCEED)
  for (const call of calls) call.spent = 1
  const [during, after] = calls
  if (during) gate.leave(during, 'success')
  expect(budget.lease.level).toBe(5)

  clock.advance(LEASE_MS)
  grant(budget, SHARE)
  const level = budget.lease.level
  if (after) gate.leave(after, 'success')

  expect(budget.lease.level).toBe(level)
})

test('repays the debt of a call that spent more before it lets anybody in', () => {
  const clock = new ManualClock()
  const budget = aSharedBudget(clock)
  const gate = gateOf(budget)
  grant(budget, SHARE, NO_SHARE, 10)
  const call = aCall({ budget: 'scoring', rank: critical, cost: 10 })
  gate.enter(call)
  call.spent = 20
  gate.charge(call)

  expect(budget.snapshot()).toMatchObject({ level: 0, debt: 10 })
  clock.advance(100)
  expect(budget.take(critical, 1)).toBe(false)
  clock.advance(20)
  expect(budget.take(critical, 1)).toBe(true)
})

test('gives nothing back to calls that took nothing because allow let them pass', () => {
  const clock = new ManualClock()
  const budget = aSharedBudget(clock, 'allow')
  grant(budget, SHARE, SHARE)
  clock.advance(LEASE_MS)
  const gate = gateOf(budget)
  budget.lease.poll()
  while (budget.lease.take(2, 0)) expect(budget.lease.level).toBeLessThan(SHARE.burst)
  const call = aCall({ budget: 'scoring', rank: critical, cost: 9 })
  expect(gate.enter(call)).toBe(PROCEED)
  const before = budget.lease.level

  gate.leave(call, 'unsent')

  expect(budget.lease.level).toBe(before)
})
