import { PriorityClass } from '@spillway/call'
import { ManualClock, systemClock, type Clock } from '@spillway/clock'
import { aCall } from '@spillway/testkit'
import { expect, test } from 'vitest'
import { Bucket } from './bucket.ts'
import { BudgetGate } from './budget-gate.ts'
import { Budgets } from './budgets.ts'

const TAKES = 1_000
const MOST_MS = 0.0001
const PLENTY = { rate: 1e9, burst: 1e9 }

function takeMany(bucket: Bucket): void {
  for (let index = 0; index < TAKES; index++) bucket.take(1, 1)
}

function passMany(clock: Clock): () => void {
  const gate = new BudgetGate(Budgets.local(clock, { scoring: PLENTY }))
  const call = aCall({ budget: 'scoring', rank: PriorityClass.critical })
  return () => {
    for (let index = 0; index < TAKES; index++) {
      gate.enter(call)
      gate.leave(call, 'unsent')
    }
  }
}

test('a take costs less than 100 ns, the reading of the clock left out', async ({ bench }) => {
  const still = new Bucket(new ManualClock(), PLENTY)
  const real = new Bucket(systemClock, PLENTY)
  const empty = new Bucket(systemClock, { rate: 1e-9, burst: 1, level: 0 })

  const alone = await bench('a thousand takes, the clock left out', () => takeMany(still)).run()
  await bench('a thousand takes', () => takeMany(real)).run()
  await bench('a thousand takes that fail', () => takeMany(empty)).run()

  expect(alone.latency.min / TAKES).toBeLessThan(MOST_MS)
})

test('a call that takes and gives back costs less than half a microsecond, the reading of the clock left out', async ({
  bench,
}) => {
  const alone = await bench('a thousand calls, the clock left out', passMany(new ManualClock())).run()
  await bench('a thousand calls', passMany(systemClock)).run()

  expect(alone.latency.min / TAKES).toBeLessThan(5 * MOST_MS)
})
