import { SeededRandom } from '@spillway/clock'
import { BudgetWorld } from './budget-world.ts'
import type { WorldConfig } from './world-config.ts'
import { RandomFaults } from './random-faults.ts'
import { RandomReplacements } from './random-replacements.ts'
import { RandomTerms } from './random-terms.ts'

/** How the aggregators of random worlds are elected. */
export const MODES = ['keys', 'votes'] as const

/** One of them. */
export type Mode = (typeof MODES)[number]

/** What happens in random worlds beside faults: nothing, terms change, processes are replaced in good order again and again. */
export type Kind = 'usual' | 'changing' | 'replacing'

/** How many regions random worlds have. */
const REGIONS = [3, 2, 4]

const between = { delayMs: 30, jitterMs: 80, loss: 0.05, duplication: 0.05 }

/** Budgets that random worlds share: a usual one, one smaller than the fleet, one of fractions of a call. */
const BUDGETS = [
  { rate: 300, burst: 30 },
  { rate: 20, burst: 5 },
  { rate: 2, burst: 3 },
]

/**
 * A world at the mercy of chance, for so many steps of 10 ms, and of what else is to happen. Returns what happened before its
 * promise broke, or undefined.
 */
export function breakAtRandom(seed: number, steps: number, mode: Mode, kind: Kind = 'usual'): string | undefined {
  const random = new SeededRandom(seed)
  const isChanging = kind === 'changing'
  const config = { ...randomConfig(seed, mode, random), ...(kind !== 'usual' && { sliceMs: 8_000 }) }
  const world = new BudgetWorld(config, random)
  const faults = new RandomFaults(world, config.regions, { everyMs: 3_000, longestMs: 15_000 }, random)
  const terms = new RandomTerms(world, { regions: config.regions, everyMs: 15_000, rolloutMs: 10_000 }, random)
  const { regions, sidecars } = config
  const replacements = new RandomReplacements(world, { regions, sidecars, everyMs: 3_000 }, random)
  for (let step = 0; step < steps; step++) {
    faults.step()
    if (isChanging) terms.step()
    if (kind === 'replacing') replacements.step()
    if (world.step()) continue
    const before = [...faults.log.slice(-5), ...terms.log.slice(-3), ...replacements.log.slice(-5)].join('\n')
    return `seed ${seed} by ${mode}, ${world.truth.nowMs()} ms, after\n${before}`
  }
  return undefined
}

function randomConfig(seed: number, mode: Mode, random: SeededRandom): WorldConfig {
  const regions = REGIONS[Math.floor(seed / BUDGETS.length) % REGIONS.length] ?? 3
  const periods = Array.from({ length: regions * 2 }, () => 1_000 + 9_000 * random.next())
  return {
    regions,
    sidecars: 2,
    processes: mode === 'votes' ? 3 : 2,
    hasVoters: mode === 'votes',
    budget: BUDGETS[seed % BUDGETS.length] ?? { rate: 300, burst: 30 },
    floors: 0.2,
    drift: 0.02,
    between,
    inside: { ...between, delayMs: 1 },
    demand: (region, sidecar, nowMs) =>
      Math.floor(nowMs / (periods[region * 2 + sidecar] ?? 1_000)) % 2 === 0 ? [100, 100, 100, 100] : [1, 1, 1, 1],
    sabotage: {},
    ...(seed % BUDGETS.length > 0 && { askWaitMs: 250 }),
  }
}
