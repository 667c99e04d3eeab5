import { NEVER_RETRY, PROCEED, PriorityClass, type CallFacts, type Verdict } from '@spillway/call'
import { ManualClock } from '@spillway/clock'
import { aCall, gateContract } from '@spillway/testkit'
import { expect, test } from 'vitest'
import type { BudgetConfig } from './budget-config.ts'
import { BudgetGate } from './budget-gate.ts'
import { Budgets } from './budgets.ts'

const LEVEL_MARKS = { critical: 0, standard: 0, sheddable: 0, batch: 0 }

interface Bench {
  readonly clock: ManualClock
  readonly budgets: Budgets
  readonly gate: BudgetGate
  readonly enter: (facts?: Partial<CallFacts>) => Verdict
  readonly level: () => number | undefined
}

function aBench(config: Partial<BudgetConfig> = {}): Bench {
  const clock = new ManualClock()
  const budgets = Budgets.local(clock, { scoring: { rate: 100, burst: 10, watermarks: LEVEL_MARKS, ...config } })
  const gate = new BudgetGate(budgets)
  return {
    clock,
    budgets,
    gate,
    enter: (facts) => gate.enter(aCall({ budget: 'scoring', ...facts })),
    level: () => budgets.find('scoring')?.bucket.level(),
  }
}

gateContract('the budget gate', () => {
  const { gate, level } = aBench()
  return { gate, call: () => aCall({ budget: 'scoring' }), held: level, isSpending: true }
})

test('charges a call its cost', () => {
  const bench = aBench()

  expect(bench.enter({ cost: 4 })).toBe(PROCEED)
  expect(bench.level()).toBe(6)
})

test('refuses with the time until the tokens are there, in whole milliseconds', () => {
  const bench = aBench({ rate: 300 })
  bench.enter({ cost: 10 })

  expect(bench.enter({ cost: 1 })).toEqual({ kind: 'budget_exhausted', pushbackMs: 4, budget: 'scoring' })
  bench.clock.advance(4)
  expect(bench.enter({ cost: 1 })).toBe(PROCEED)
})

test('tells a caller whose cost is above the burst not to come back', () => {
  expect(aBench().enter({ cost: 11 })).toMatchObject({ kind: 'budget_exhausted', pushbackMs: NEVER_RETRY })
})

test('tells a caller not to come back when nothing flows in', () => {
  const bench = aBench({ rate: 0 })
  bench.enter({ cost: 10 })

  expect(bench.enter()).toMatchObject({ pushbackMs: NEVER_RETRY })
})

test('keeps the floor of each class for the more important ones', () => {
  const bench = aBench({ watermarks: { critical: 0, standard: 0.2, sheddable: 0.5, batch: 0.7 } })
  const admitted = (rank: PriorityClass): number => {
    let count = 0
    while (bench.enter({ rank }) === PROCEED) count++
    return count
  }

  expect(admitted(PriorityClass.batch)).toBe(3)
  expect(admitted(PriorityClass.sheddable)).toBe(2)
  expect(admitted(PriorityClass.standard)).toBe(3)
  expect(admitted(PriorityClass.critical)).toBe(2)
})

test('tells a lower class the time until the bucket is above its mark', () => {
  const bench = aBench({ watermarks: { critical: 0, standard: 0.2, sheddable: 0.5, batch: 0.7 } })
  bench.enter({ rank: PriorityClass.critical, cost: 10 })

  expect(bench.enter({ rank: PriorityClass.critical })).toMatchObject({ pushbackMs: 10 })
  expect(bench.enter({ rank: PriorityClass.standard })).toMatchObject({ pushbackMs: 30 })
  expect(bench.enter({ rank: PriorityClass.sheddable })).toMatchObject({ pushbackMs: 60 })
  expect(bench.enter({ rank: PriorityClass.batch })).toMatchObject({ pushbackMs: 80 })
})

test('lets a class that is alone have the full rate', () => {
  const bench = aBench({ watermarks: { critical: 0, standard: 0.2, sheddable: 0.5, batch: 0.7 } })
  while (bench.enter({ rank: PriorityClass.batch }) === PROCEED);
  let admitted = 0
  for (let tick = 0; tick < 1_000; tick++) {
    bench.clock.advance(10)
    if (bench.enter({ rank: PriorityClass.batch }) === PROCEED) admitted++
  }

  expect(admitted).toBeGreaterThanOrEqual(999)
})

test.each(['success', 'fault', 'backpressure', 'cancelled'] as const)(
  'keeps the tokens of a call with %s',
  (outcome) => {
    const { gate, level } = aBench()
    const call = aCall({ budget: 'scoring' })
    gate.enter(call)

    gate.leave(call, outcome)

    expect(level()).toBe(9)
  },
)

test('gives an unsent call its tokens back', () => {
  const { gate, level } = aBench()
  const call = aCall({ budget: 'scoring', cost: 5 })
  gate.enter(call)

  gate.leave(call, 'unsent')

  expect(level()).toBe(10)
})

test('gives back what a call turned out not to need when it ends, and keeps the rest', () => {
  const { gate, level } = aBench()
  const call = aCall({ budget: 'scoring', cost: 8 })
  gate.enter(call)
  call.spent = 3
  gate.charge(call)
  expect(level()).toBe(2)

  gate.leave(call, 'cancelled')

  expect(level()).toBe(7)
})

test('takes what a call spends beyond its cost at once, and lets nobody in before the debt is repaid', () => {
  const bench = aBench()
  const call = aCall({ budget: 'scoring', cost: 8 })
  bench.gate.enter(call)
  call.spent = 13
  bench.gate.charge(call)
  call.spent = 15
  bench.gate.charge(call)
  bench.gate.charge(call)
  bench.gate.leave(call, 'success')

  expect(bench.budgets.snapshot()[0]).toMatchObject({ level: 0, debt: 5 })
  expect(bench.enter({ cost: 1 })).toMatchObject({ pushbackMs: 60 })
  bench.clock.advance(59)
  expect(bench.enter({ cost: 1 })).toMatchObject({ pushbackMs: 1 })
  bench.clock.advance(1)
  expect(bench.enter({ cost: 1 })).toBe(PROCEED)
})

test('gives nothing back to a call of which nobody knows what it spent', () => {
  const { gate, level } = aBench()
  const call = aCall({ budget: 'scoring', cost: 8 })
  gate.enter(call)

  gate.leave(call, 'fault')

  expect(level()).toBe(2)
})

test('gives an unsent call everything back, whatever it is said to have spent', () => {
  const { gate, level } = aBench()
  const call = aCall({ budget: 'scoring', cost: 8 })
  gate.enter(call)
  call.spent = 5

  gate.leave(call, 'unsent')

  expect(level()).toBe(10)
})

test('charges nothing to a call that took nothing', () => {
  const { gate, level } = aBench()
  const call = aCall({ budget: 'scoring', cost: 0 })
  gate.enter(call)
  call.spent = 5
  gate.charge(call)

  gate.leave(call, 'success')

  expect(level()).toBe(10)
})

test('tells by class what calls did not need, and what they needed beyond', () => {
  const { gate, budgets } = aBench()
  const [lean, greedy] = [aCall({ budget: 'scoring', cost: 4 }), aCall({ budget: 'scoring', cost: 4 })]
  for (const call of [lean, greedy]) gate.enter(call)
  lean.spent = 1
  greedy.spent = 6
  for (const call of [lean, greedy]) gate.leave(call, 'success')

  expect(budgets.snapshot()[0]?.classes[1]).toMatchObject({ used: 7, unneeded: 3, overdrawn: 2 })
})

test.each([
  ['no budget', { budget: '' }],
  ['a budget that is not configured', { budget: 'unknown' }],
  ['the system class', { rank: PriorityClass.system, cost: 100 }],
])('lets a call with %s pass uncharged', (_which, facts) => {
  const bench = aBench()

  expect(bench.enter(facts)).toBe(PROCEED)
  expect(bench.level()).toBe(10)
})

test('a negative cost makes no tokens', () => {
  const { gate, level } = aBench({ rate: 0 })
  const call = aCall({ budget: 'scoring', cost: -5 })
  gate.enter(aCall({ budget: 'scoring', cost: 5 }))

  gate.enter(call)
  expect(level()).toBe(5)
  gate.leave(call, 'unsent')
  expect(level()).toBe(5)
})

test('gives nothing to a budget that was set up after the call took its tokens', () => {
  const { clock, gate, budgets, level } = aBench({ rate: 0 })
  const call = aCall({ budget: 'scoring', cost: 5 })
  gate.enter(call)
  budgets.reconfigure({})
  clock.advance(1)
  budgets.reconfigure({ scoring: { rate: 0, burst: 10, watermarks: LEVEL_MARKS } })
  gate.enter(aCall({ budget: 'scoring', cost: 10 }))

  gate.leave(call, 'unsent')

  expect(level()).toBe(0)
})
