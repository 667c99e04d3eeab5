import { SeededRandom } from '@spillway/clock'
import { expect, test } from 'vitest'
import { BudgetWorld } from './budget-world.ts'
import { calm, close } from './calm.fixture.ts'
import { MODES, breakAtRandom } from './random-world.ts'
import type { WorldConfig } from './world-config.ts'

test.each(MODES)(
  'keeps the promise whatever breaks, half a million steps long, aggregators by %s',
  { timeout: 240_000 },
  (mode) => {
    const steps = Number(process.env['SPILLWAY_SIM_STEPS'] ?? 500_000)
    const perSeed = 10_000
    const firstSeed = Number(process.env['SEED'] ?? 1)
    for (let seed = firstSeed; seed < firstSeed + steps / perSeed; seed++) {
      expect(breakAtRandom(seed, perSeed, mode)).toBeUndefined()
    }
  },
)

test.each(MODES)(
  'keeps the promise while terms change, whatever breaks, aggregators by %s',
  { timeout: 240_000 },
  (mode) => {
    const steps = Number(process.env['SPILLWAY_SIM_STEPS'] ?? 250_000)
    const perSeed = 10_000
    const firstSeed = Number(process.env['SEED'] ?? 1)
    for (let seed = firstSeed; seed < firstSeed + steps / perSeed; seed++) {
      expect(breakAtRandom(seed, perSeed, mode, 'changing')).toBeUndefined()
    }
  },
)

test.each(MODES)(
  'keeps the promise while everybody is replaced, whatever breaks, aggregators by %s',
  { timeout: 240_000 },
  (mode) => {
    const steps = Number(process.env['SPILLWAY_SIM_STEPS'] ?? 250_000)
    const perSeed = 10_000
    const firstSeed = Number(process.env['SEED'] ?? 1)
    for (let seed = firstSeed; seed < firstSeed + steps / perSeed; seed++) {
      expect(breakAtRandom(seed, perSeed, mode, 'replacing')).toBeUndefined()
    }
  },
)

/** Seeds that once broke the promise, and what was wrong. */
test.each([
  [24, 'a new aggregator did not know how large the slices of its predecessor were'],
  [66, 'a leader that had slept went on granting'],
  [153, 'an heir lost office for a moment and forgot what it had inherited'],
  [1101, 'the key store lost a renewal that no candidate had seen'],
])('keeps the promise with seed %i: %s', (seed) => {
  for (const mode of MODES) expect(breakAtRandom(seed, 10_000, mode)).toBeUndefined()
})

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
