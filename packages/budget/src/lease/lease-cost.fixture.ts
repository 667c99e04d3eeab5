import { ManualClock, systemClock, type Clock } from '@spillway/clock'
import { aGrant } from './lease.fixture.ts'
import { LeasedBudget, defaultLeasedBudgetConfig } from './leased-budget.ts'
import { NO_SHARE } from './share.ts'

/**
 * Prints what a decision on a lease costs, as JSON by kind: nanoseconds (the median and the fastest of many rounds) and octets
 * of the heap, those that it allocates and those that outlive it. A decision is the first of its millisecond when the wall
 * clock has moved since the one before.
 */
const DRAWS = 1_000
const ROUNDS = 5_000

/** The system's clocks, with a wall clock that is never the same. */
let tick = 0
const moving: Clock = { ...systemClock, wallMs: () => systemClock.wallMs() + ++tick * 1e-3 }

const costs = {
  admitted: costOf(1e15, systemClock),
  refused: costOf(0, systemClock),
  'first of its millisecond': costOf(1e15, moving),
  'clocks left out': costOf(1e15, new ManualClock()),
}
process.stdout.write(JSON.stringify(costs))

function costOf(lump: number, clock: Clock): Record<string, number> {
  const budget = aBudget(lump, clock)
  const round = (): void => {
    for (let index = 0; index < DRAWS; index++) budget.draw(1, 1)
  }
  const times = Array.from({ length: ROUNDS }, () => timeMs(round)).toSorted((one, other) => one - other)
  const nanoseconds = (ms = 0): number => Math.round((ms * 1e7) / DRAWS) / 10
  const [allocated, surviving] = octets(round)
  return { p50Ns: nanoseconds(times[ROUNDS >> 1]), fastestNs: nanoseconds(times[0]), allocated, surviving }
}

function timeMs(round: () => void): number {
  const startedMs = systemClock.nowMs()
  round()
  return systemClock.nowMs() - startedMs
}

/** Octets for one draw: what the heap grew by while nothing was collected, and after a collection. Needs `--expose-gc`. */
function octets(round: () => void): readonly [number, number] {
  if (globalThis.gc === undefined) throw new Error('start it with --expose-gc')
  const rounds = 500
  globalThis.gc()
  const before = process.memoryUsage().heapUsed
  for (let index = 0; index < rounds; index++) round()
  const after = process.memoryUsage().heapUsed
  globalThis.gc()
  const kept = process.memoryUsage().heapUsed
  const each = (grown: number): number => Math.round((100 * grown) / (rounds * DRAWS)) / 100
  return [each(after - before), each(kept - before)]
}

/** A lease that lasts; with that many units saved up it admits, with none it refuses. */
function aBudget(lump: number, clock: Clock): LeasedBudget {
  const identity = { budget: 'b', holder: 's', incarnation: 'i', drift: 0.02, floor: NO_SHARE }
  const budget = new LeasedBudget({ ...defaultLeasedBudgetConfig, ...identity }, clock)
  budget.poll()
  budget.accept(aGrant({ share: { rate: lump > 0 ? 1e9 : 1e-6, burst: 1e15 }, ttlMs: 1e9, lump }))
  return budget
}
