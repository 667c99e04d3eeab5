import { SeededRandom } from '@spillway/clock'
import { expect, test } from 'vitest'
import { BudgetWorld } from './budget-world.ts'
import { calm, close } from './calm.fixture.ts'
import type { WorldConfig } from './world-config.ts'

test('serves a budget smaller than the fleet in whole units', () => {
  const world = new BudgetWorld({ ...calm, sidecars: 10, budget: { rate: 10, burst: 8 } }, new SeededRandom(3))
  while (world.truth.nowMs() < 120_000) expect(world.step()).toBe(true)
  const before = world.checker.total
  while (world.truth.nowMs() < 180_000) expect(world.step()).toBe(true)

  expect((world.checker.total - before) / 60).toBeGreaterThan(8)
})

test.each([
  { regions: 1, sidecars: 40, rate: 10, askWaitMs: 250, used: 0.9, critical: 0.95 },
  { regions: 1, sidecars: 40, rate: 40, askWaitMs: 500, used: 0.5, critical: 0.95 },
  { regions: 5, sidecars: 8, rate: 2, askWaitMs: 1_000, used: 0.9, critical: 0.95 },
  { regions: 5, sidecars: 8, rate: 10, askWaitMs: 500, used: 0.6, critical: 0.85 },
])(
  'shares $rate a second among $regions regions of $sidecars whose calls wait $askWaitMs ms',
  ({ regions, sidecars, rate, askWaitMs, used, critical }) => {
    const each = (2 * rate) / regions / sidecars
    const demand: WorldConfig['demand'] = () => [0.2 * each, 0.8 * each, 0, 0]
    const fleet = { regions, sidecars, budget: { rate, burst: 3 }, floors: 0, clockSpread: 0.001, demand, askWaitMs }
    const world = new BudgetWorld({ ...calm, ...fleet, between: { ...close, delayMs: 70 } }, new SeededRandom(3))
    while (world.nowMs < 30_000) expect(world.step()).toBe(true)
    const before = structuredClone({ total: world.checker.total, ...tierCounts(world) })
    while (world.nowMs < 150_000) expect(world.step()).toBe(true)
    const since = (of: 'admittedByTier' | 'offeredByTier'): number => (world.tally[of][0] ?? 0) - (before[of][0] ?? 0)

    expect((world.checker.total - before.total) / 120 / rate).toBeGreaterThan(used)
    expect(since('admittedByTier') / since('offeredByTier')).toBeGreaterThan(critical)
    expect(world.tally.waited.refused).toBeGreaterThan(0)
  },
)

function tierCounts({ tally: { admittedByTier, offeredByTier } }: BudgetWorld) {
  return { admittedByTier, offeredByTier }
}
