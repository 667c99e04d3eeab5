import { SeededRandom } from '@spillway/clock'
import { BudgetWorld } from './budget-world.ts'

/** How long a fleet was without an allocator, in milliseconds; Infinity for more than {@link PATIENCE_MS}. */
export interface ElectionTimes {
  /** From the start of all processes at once. */
  readonly coldMs: number
  /** From the death of the allocator, at some moment between two of its renewals. */
  readonly failoverMs: number
  /** The promise held all the time. */
  readonly isKept: boolean
}

/** Nobody waits longer. */
const PATIENCE_MS = 60_000

/** Regions elect an allocator between continents, on a network that loses and doubles one message in twenty; then it dies. */
export function tryElections(regions: number, seed: number): ElectionTimes {
  const random = new SeededRandom(seed)
  const unsteady = { loss: 0.05, duplication: 0.05 }
  const world = new BudgetWorld(
    {
      regions,
      sidecars: 1,
      processes: 2,
      budget: { rate: 100 * regions, burst: 10 * regions },
      floors: 0.1,
      drift: 0.02,
      between: { ...unsteady, delayMs: 40, jitterMs: 80 },
      inside: { delayMs: 0.5, jitterMs: 2, loss: 0, duplication: 0 },
      demand: () => [150, 0, 0, 0],
      sabotage: {},
    },
    random,
  )
  let isKept = true
  const runUntil = (isOver: () => boolean): number => {
    const sinceMs = world.nowMs
    while (!isOver() && world.nowMs < sinceMs + PATIENCE_MS) isKept = world.step() && isKept
    return isOver() ? world.nowMs - sinceMs : Number.POSITIVE_INFINITY
  }
  const coldMs = runUntil(() => world.breakable.hasAllocator)
  const killMs = world.nowMs + 3_000 + 3_000 * random.next()
  runUntil(() => world.nowMs >= killMs)
  world.breakable.killAllocator()
  return { coldMs, failoverMs: runUntil(() => world.breakable.hasAllocator), isKept }
}
