import { waterFill, type Share } from '@spillway/budget'
import type { Fleet } from './fleet.ts'
import type { Demand } from './open-load.ts'

/** How large a fleet a scenario runs with. */
export interface Scale {
  readonly regions: number
  readonly sidecars: number
  readonly budget: Share
  /** Part of the budget that is split into region floors. */
  readonly floors: number
  /** When elections are over and the slices of nobody have expired, in milliseconds: measuring begins. */
  readonly warmMs: number
  /** How long the part that is measured lasts, in milliseconds. */
  readonly measuredMs: number
}

/** Something that happens at a true time. */
interface ScenarioEvent {
  readonly atMs: number
  readonly act: (fleet: Fleet) => void
}

/** A story to measure a scheme by. */
export interface Scenario {
  readonly name: string
  readonly title: string
  /** What is unlike in the other scenarios. */
  readonly scale?: Partial<Scale>
  /** How long calls wait for units, in milliseconds; left out: not at all. */
  readonly askWaitMs?: number
  readonly startMs: number
  readonly endMs: number
  readonly demand: Demand
  readonly events: readonly ScenarioEvent[]
  /** When demand moves, and to which region. */
  readonly shifts: readonly { readonly atMs: number; readonly region: number }[]
}

/** What callers are made of when nothing else is said, by tier. */
const MIX = [0.2, 0.4, 0.3, 0.1]

/** All scenarios, in the order of the table. */
export function scenariosFor(scale: Scale): readonly Scenario[] {
  const { measuredMs, warmMs } = scale
  const endMs = warmMs + measuredMs
  const longer = { startMs: warmMs, endMs: warmMs + Math.max(measuredMs, 32_000), events: [], shifts: [] }
  const uniform = (load: number): Demand =>
    evenly(scale, () => MIX.map((part) => (part * load * scale.budget.rate) / scale.regions))
  const base = { startMs: warmMs, endMs, events: [], shifts: [] }
  return [
    { ...base, name: 'steady', title: 'Steady, 70 % of the budget asked for', demand: uniform(0.7) },
    { ...base, name: 'hot', title: 'Hot spot moves every 10 s', ...moving(scale, 10_000) },
    { ...base, name: 'shift', title: 'Demand shifts every 3 s', ...moving(scale, 3_000) },
    { ...base, name: 'surge', title: 'Critical surge in one region', ...surging(scale) },
    { ...longer, name: 'partition', title: 'Partition of regions for 25 s', ...parting(scale), demand: uniform(2) },
    {
      ...longer,
      name: 'failover',
      title: 'The allocator dies',
      ...breaking(scale, (fleet) => fleet.breakable?.killAllocator()),
      demand: uniform(1.3),
    },
    { ...longer, name: 'quiet', title: 'Nothing happens', demand: uniform(1.3) },
    {
      ...longer,
      name: 'handover',
      title: 'The allocator is told to go',
      ...breaking(scale, (fleet) => fleet.breakable?.retireAllocator()),
      demand: uniform(1.3),
    },
    {
      ...longer,
      name: 'succession',
      title: 'An aggregator is told to go',
      ...breaking(scale, (fleet) => fleet.breakable?.retireAggregator(0)),
      demand: uniform(1.3),
    },
    {
      ...longer,
      name: 'crash',
      title: 'A sidecar dies',
      ...breaking(scale, (fleet) => fleet.killSidecar(0, 0)),
      demand: uniform(1.5),
    },
    {
      ...longer,
      name: 'cut',
      title: 'A sidecar is cut off',
      ...breaking(scale, (fleet) => cutOff(fleet)),
      demand: uniform(1.5),
    },
    ...SMALL_BUDGETS.map((small) => smaller(scale, small)),
    { ...base, name: 'cold', title: 'Cold start', startMs: 0, endMs: 30_000, demand: uniform(1.3) },
  ]
}

/** A scale with what a scenario has of its own. */
export function scaleOf(scale: Scale, scenario: Scenario): Scale {
  return { ...scale, ...scenario.scale }
}

/** Budgets smaller than a fleet of forty: far below, and with a burst that a way between continents uses up. */
const SMALL_BUDGETS = [
  { name: 'small', askWaitMs: 250, budget: { rate: 2, burst: 3 } },
  { name: 'patient', askWaitMs: 1_000, budget: { rate: 2, burst: 3 } },
  { name: 'tight', askWaitMs: 250, budget: { rate: 10, burst: 3 } },
] as const

/** Forty sidecars that are asked for twice what there is, a fifth of it critical. No floors: less than a unit is no use. */
function smaller(
  { regions, warmMs, measuredMs }: Scale,
  { name, askWaitMs, budget }: (typeof SMALL_BUDGETS)[number],
): Scenario {
  const sidecars = Math.ceil(40 / regions)
  const each = (2 * budget.rate) / (regions * sidecars)
  const wants = [0.2 * each, 0.8 * each, 0, 0]
  return {
    name,
    title: `Forty sidecars share ${budget.rate} a second, calls wait ${askWaitMs} ms`,
    scale: { sidecars, budget, floors: 0 },
    askWaitMs,
    demand: () => wants,
    events: [],
    shifts: [],
    startMs: warmMs,
    endMs: warmMs + Math.max(measuredMs, 60_000),
  }
}

/** The rate that each region should have at that moment, were everything known at once. */
export function idealRates(scale: Scale, demand: Demand, nowMs: number): number[] {
  const { regions, sidecars, budget, floors } = scale
  const claims = Array.from({ length: regions }, (_, region) => {
    const wants = demand(region, 0, nowMs).map((want) => want * sidecars)
    return { floor: (budget.rate * floors) / regions, weight: 1, wants }
  })
  return waterFill(budget.rate, claims, 0.04)
}

/** Each sidecar of a region is asked for the same; worked out once for each region and moment. */
function evenly({ sidecars }: Scale, wantsOf: (region: number, nowMs: number) => readonly number[]): Demand {
  const remembered = new Map<number, { readonly nowMs: number; readonly wants: readonly number[] }>()
  return (region, _sidecar, nowMs) => {
    const known = remembered.get(region)
    if (known?.nowMs === nowMs) return known.wants
    const wants = wantsOf(region, nowMs).map((want) => want / sidecars)
    remembered.set(region, { nowMs, wants })
    return wants
  }
}

/** One region is asked for nine tenths of the budget, all others together for four; which one changes. */
function moving(scale: Scale, everyMs: number): Pick<Scenario, 'demand' | 'shifts'> {
  const { regions, budget, measuredMs, warmMs } = scale
  const hotAt = (nowMs: number): number => (Math.floor(nowMs / everyMs) * 2) % regions
  const demand = evenly(scale, (region, nowMs) => {
    const load = hotAt(nowMs) === region ? 0.9 : 0.4 / Math.max(1, regions - 1)
    return MIX.map((part) => part * load * budget.rate)
  })
  const shifts: { atMs: number; region: number }[] = []
  const firstMs = Math.ceil(warmMs / everyMs) * everyMs
  for (let atMs = firstMs; atMs + everyMs <= warmMs + measuredMs; atMs += everyMs) {
    if (hotAt(atMs) !== hotAt(atMs - everyMs)) shifts.push({ atMs, region: hotAt(atMs) })
  }
  return { demand, shifts }
}

/** Sheddable callers ask for more than there is everywhere; then critical ones come to one region. */
function surging(scale: Scale): Pick<Scenario, 'demand' | 'shifts'> {
  const { regions, budget, warmMs } = scale
  const atMs = warmMs + 5_000
  const demand = evenly(scale, (region, nowMs) => {
    const critical = region === 0 && nowMs >= atMs ? 0.7 * budget.rate : 0
    return [critical, 0, (1.5 * budget.rate) / regions, 0]
  })
  return { demand, shifts: [{ atMs, region: 0 }] }
}

/** Two fifths of the regions, the last ones, are cut from the others for 25 s. */
function parting({ regions, warmMs }: Scale): Pick<Scenario, 'events'> {
  const atMs = warmMs + 5_000
  const minority = Math.floor(regions * 0.4)
  const each = (act: (one: string, other: string) => void): void => {
    for (let few = regions - minority; few < regions; few++) {
      for (let many = 0; many < regions - minority; many++) act(`r${few}`, `r${many}`)
    }
  }
  const cut = (fleet: Fleet): void =>
    each((one, other) => {
      fleet.network.cut(one, other)
      fleet.network.cut(other, one)
    })
  const heal = (fleet: Fleet): void =>
    each((one, other) => {
      fleet.network.heal(one, other)
      fleet.network.heal(other, one)
    })
  return {
    events: [
      { atMs, act: cut },
      { atMs: atMs + 25_000, act: heal },
    ],
  }
}

function breaking({ warmMs }: Scale, act: (fleet: Fleet) => void): Pick<Scenario, 'events'> {
  return { events: [{ atMs: warmMs + 5_000, act }] }
}

/** The first sidecar of the first region neither hears nor is heard. */
function cutOff(fleet: Fleet): void {
  for (const slot of ['p0', 'p1']) {
    fleet.network.cut('r0.s0', `r0.${slot}`)
    fleet.network.cut(`r0.${slot}`, 'r0.s0')
  }
}
