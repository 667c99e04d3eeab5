import { ManualClock, systemClock, type Clock } from '@spillway/clock'
import { expect, test } from 'vitest'
import { aGrant } from './lease.fixture.ts'
import { LeasedBudget, defaultLeasedBudgetConfig } from './leased-budget.ts'

const TAKES = 1_000
const MOST_MS = 0.0001

function aBudget(clock: Clock): LeasedBudget {
  const identity = { budget: 'b', holder: 's', incarnation: 'i', drift: 0.02 }
  const budget = new LeasedBudget({ ...defaultLeasedBudgetConfig, ...identity }, clock)
  budget.poll()
  budget.accept(aGrant({ share: { rate: 1e9, burst: 1e9 }, ttlMs: 1e9, lump: 1e9 }))
  return budget
}

test('a decision on a lease costs at most 100 ns, the reading of the clocks left out', async ({ bench }) => {
  const still = aBudget(new ManualClock())
  const real = aBudget(systemClock)
  const takeMany = (budget: LeasedBudget) => (): void => {
    for (let index = 0; index < TAKES; index++) budget.take(1, 1)
  }

  const alone = await bench('a thousand decisions, the clocks left out', takeMany(still)).run()
  await bench('a thousand decisions', takeMany(real)).run()

  expect(alone.latency.p50 / TAKES).toBeLessThan(MOST_MS)
})
