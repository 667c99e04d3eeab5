import { SeededRandom } from '@spillway/clock'
import { isInside, regionOf, type LinkConditions } from '../virtual-network.ts'
import { BudgetWorld } from './budget-world.ts'
import type { WorldConfig } from './world-config.ts'
import { CentralFleet } from './central-fleet.ts'
import { Doorman } from './doorman.ts'
import type { Fleet } from './fleet.ts'
import { LocalFleet } from './local-fleet.ts'
import type { Scale, Scenario } from './scenario.ts'

/** A way to share a budget. */
export interface Scheme {
  readonly name: string
  readonly title: string
  /** Sidecars beyond which it is not run: its messages grow with the square. */
  readonly mostSidecars: number
  create(scale: Scale, scenario: Scenario, seed: number): Fleet
}

/**
 * Sidecars from which on they are looked at less often, and joined when the offices are filled: until then there is nothing to see, at
 * the price of the rest. The regions' processes go by their usual time, but for passes over all holders: ten thousand of them cost
 * milliseconds.
 */
const LARGE = 2_000
const LARGE_PACE: Pick<WorldConfig, 'pace' | 'joinMs'> = {
  pace: { stepMs: 100, reportMs: 200, processMs: 20, pollMs: 20, allocateMs: 400 },
  joinMs: 11_500,
}

/** Sidecars from which on a second of virtual time takes half a minute. */
export const HUGE = 100_000

/** Ours first, then what it is compared with. */
export const SCHEMES: readonly Scheme[] = [
  {
    name: 'leases',
    title: 'leases',
    mostSidecars: Number.POSITIVE_INFINITY,
    create: (scale, scenario, seed) => new BudgetWorld(worldOf(scale, scenario), new SeededRandom(seed)),
  },
  {
    name: 'split',
    title: 'static split',
    mostSidecars: HUGE,
    create: (scale, scenario, seed) => new LocalFleet('split', worldOf(scale, scenario), new SeededRandom(seed)),
  },
  {
    name: 'gossip',
    title: 'gossip counters',
    mostSidecars: 100,
    create: (scale, scenario, seed) => new LocalFleet('gossip', worldOf(scale, scenario), new SeededRandom(seed)),
  },
  {
    name: 'doorman',
    title: 'Doorman',
    mostSidecars: 1_000,
    create: (scale, scenario, seed) => {
      const sabotage = { doorman: new Doorman(), isEarlyAck: true }
      return new BudgetWorld({ ...worldOf(scale, scenario), sabotage }, new SeededRandom(seed))
    },
  },
  {
    name: 'central',
    title: 'central server',
    mostSidecars: 1_000,
    create: (scale, scenario, seed) => new CentralFleet(worldOf(scale, scenario), new SeededRandom(seed)),
  },
]

const INSIDE: LinkConditions = { delayMs: 0.5, jitterMs: 2, loss: 0, duplication: 0 }

/** Between continents: 40 to 120 ms one way, by pair of regions; a message in a thousand is lost. */
function delayBetween(from: string, to: string): number {
  const [one, other] = [numberOf(regionOf(from)), numberOf(regionOf(to))]
  const [low, high] = one < other ? [one, other] : [other, one]
  return 40 + ((low * 31 + high * 17) % 80)
}

function numberOf(region: string): number {
  return Number(region.slice(1))
}

function worldOf({ regions, sidecars, budget, floors }: Scale, { demand, askWaitMs }: Scenario): WorldConfig {
  return {
    regions,
    sidecars,
    processes: 2,
    budget,
    floors,
    drift: 0.02,
    clockSpread: 0.001,
    between: INSIDE,
    inside: INSIDE,
    link: (from, to) =>
      isInside(from, to) ? undefined : { delayMs: delayBetween(from, to), jitterMs: 10, loss: 0.001, duplication: 0 },
    demand,
    ...(askWaitMs !== undefined && { askWaitMs }),
    sabotage: {},
    ...(regions * sidecars > LARGE ? LARGE_PACE : {}),
  }
}
