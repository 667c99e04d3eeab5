import { SeededRandom } from '@spillway/clock'
import { expect, test } from 'vitest'
import { BudgetWorld } from './budget-world.ts'
import { calm } from './calm.fixture.ts'
import { MODES } from './random-world.ts'

test('hands the office over without a gap when the allocator is told to go', () => {
  const world = new BudgetWorld({ ...calm, regions: 3 }, new SeededRandom(5))
  while (world.truth.nowMs() < 60_000) world.step()
  world.breakable.retireAllocator()
  let leaderlessMs = 0
  let isKept = true
  while (world.truth.nowMs() < 80_000) {
    isKept = world.step() && isKept
    if (!world.breakable.hasAllocator) leaderlessMs += world.stepMs
  }

  expect(isKept).toBe(true)
  expect(leaderlessMs).toBeLessThan(1_000)
})

test.each(MODES)('hands a region over without a gap, aggregators by %s: no sidecar is cut', (mode) => {
  const hasVoters = mode === 'votes'
  const config = { ...calm, regions: 3, hasVoters, processes: hasVoters ? 3 : 2, clockSpread: 0.001 }
  const world = new BudgetWorld(config, new SeededRandom(5))
  while (world.nowMs < 60_000) world.step()
  const before = world.aggregator(0)
  world.breakable.retireAggregator(0)
  let least = Number.POSITIVE_INFINITY
  let isKept = true
  while (world.nowMs < 80_000) {
    isKept = world.step() && isKept
    least = Math.min(least, world.heldRate(0))
  }

  expect(isKept).toBe(true)
  expect(before?.process.regionElection.office).toBeUndefined()
  expect(world.aggregator(0)).toBeDefined()
  expect(least).toBeGreaterThan(0.9 * 100)
})

test('an aggregator that is told to go goes on while nobody can follow it', () => {
  const world = new BudgetWorld({ ...calm, processes: 1 }, new SeededRandom(5))
  while (world.nowMs < 60_000) world.step()
  world.breakable.retireAggregator(0)
  while (world.nowMs < 80_000) world.step()

  expect(world.aggregator(0)).toBeDefined()
  expect(world.heldRate(0)).toBeGreaterThan(100)
})

test('keeps its floors through a restart of everybody in good order, and serves critical calls from them without messages', () => {
  const demand = (): number[] => [8, 25, 25, 0]
  const fleet = { regions: 3, sidecars: 3, budget: { rate: 300, burst: 300 }, floors: 0.3, clockSpread: 0.001, demand }
  const world = new BudgetWorld({ ...calm, ...fleet }, new SeededRandom(5))
  const run = (forMs: number): void => {
    for (const endMs = world.nowMs + forMs; world.nowMs < endMs;) expect(world.step()).toBe(true)
  }
  run(60_000)
  for (const sidecar of world.sidecars) {
    world.end(sidecar)
    sidecar.pausedUntilMs = world.nowMs + 1_000
    run(1_000)
    world.restart(sidecar)
    run(500)
  }
  for (const machine of world.processes) {
    machine.process.retire()
    run(500)
    world.restart(machine)
    run(500)
  }
  const machines = [...world.sidecars, ...world.processes]
  for (const one of machines) for (const other of machines) world.network.cut(one.name, other.name)
  run(4_000)
  const { admittedByTier, offeredByTier } = world.tally
  const before = structuredClone({ admittedByTier, offeredByTier })
  run(20_000)
  const since = (of: 'admittedByTier' | 'offeredByTier'): number => (world.tally[of][0] ?? 0) - (before[of][0] ?? 0)

  expect(world.sidecars.map(({ budget }) => budget.force.rate)).toEqual(world.sidecars.map(() => expect.closeTo(10)))
  expect(since('admittedByTier') / since('offeredByTier')).toBeGreaterThan(0.9)
})
