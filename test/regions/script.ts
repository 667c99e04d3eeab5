import type { Crew, Office } from './crew.ts'
import type { Load } from './terms.ts'
import { REGIONS, processesOf, type Region, type Topology } from './topology.ts'

/** Who acts in a step. */
export interface Stage {
  readonly crew: Crew
  readonly topology: Topology
}

/** Something that happens at a time of the tour. */
export interface Step {
  /** Seconds since the fleet was ready, without the time that steps before it held. */
  readonly atS: number
  readonly label: string
  /** What begins here: demand that moves, more critical calls than before, or a fault or the time after it. */
  readonly kind: 'calm' | 'surge' | 'fault'
  /** The time of the script stands still until it is done. */
  readonly holds?: true
  /** May say more exactly what it did, for the label. */
  readonly act: (stage: Stage) => Promise<string | void> | string | void
}

/** A tour: its steps in order, and how long it takes. */
export interface Script {
  readonly steps: readonly Step[]
  /** From when the fleet was ready. What is admitted before that is checked, and not counted for the figures. */
  readonly seconds: number
  /** How long slices outlive their leases, in milliseconds; the fleet is ready when those of an earlier one would be gone. */
  readonly sliceMs: number
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Longest time for an office to be taken again, in milliseconds. */
const OFFICE_MS = 20_000

const QUIET: Load = [3, 8, 4]
const HOT: Load = [15, 75, 70]
/** 180 critical calls a second in the region: with those elsewhere two thirds of the budget. Sheddable ones ask for all of it. */
const SURGE: Load = [60, 10, 0]
const CROWDED: Load = [3, 20, 60]

/** Demand is in one region. */
function hotSpot(hot: Region): Step['act'] {
  return ({ crew }) => {
    for (const region of REGIONS) crew.setLoad(region, region === hot ? HOT : QUIET)
  }
}

/** Critical callers come to one region, while everybody else asks for more than there is. */
function surge(region: Region): Step['act'] {
  return ({ crew }) => {
    for (const other of REGIONS) crew.setLoad(other, other === region ? SURGE : CROWDED)
  }
}

/** Demand everywhere, more than there is. */
const everywhere: Step['act'] = ({ crew }) => {
  for (const region of REGIONS) crew.setLoad(region, [8, 25, 25])
}

/** Who holds that office now; the first candidate while nobody does. */
function holderOf(crew: Crew, office: Office): string {
  return crew.inOffice(office)[0] ?? processesOf.region(office === 'allocator' ? REGIONS[0] : office)[0] ?? ''
}

/** The region whose aggregator that process is. */
function regionLedBy(crew: Crew, name: string): Region | undefined {
  return REGIONS.find((region) => crew.inOffice(region).includes(name))
}

/** Names the process, and the region that loses its aggregator with it. */
function inWords(crew: Crew, name: string): string {
  const region = regionLedBy(crew, name)
  return region === undefined ? name : `${name}, aggregator of ${region} too`
}

/** Kills the allocator; it comes back when somebody else has its offices. */
const killAllocator: Step['act'] = async ({ crew }) => {
  const name = holderOf(crew, 'allocator')
  const told = inWords(crew, name)
  await crew.kill(name)
  return told
}

/** Kills an aggregator that is not the allocator. */
const killAggregator: Step['act'] = async ({ crew }) => {
  const allocator = holderOf(crew, 'allocator')
  const region = REGIONS.findLast((each) => !crew.inOffice(each).includes(allocator)) ?? REGIONS[1]
  const name = holderOf(crew, region)
  await crew.kill(name)
  return `${name} of ${region}`
}

const startAll: Step['act'] = ({ crew }) => crew.startAll()

async function killSidecar({ crew }: Stage, name: string): Promise<void> {
  await crew.kill(name)
  await crew.start(name)
}

/** Callers while the fleet gets ready. */
export const COLD_START: Step['act'] = hotSpot('eu')

/** The short form: 20 seconds from when the fleet is ready. */
export const SHORT: Script = {
  seconds: 20,
  sliceMs: 6_000,
  steps: [
    { atS: 0, kind: 'calm', label: 'hot spot moves to us', act: hotSpot('us') },
    { atS: 4, kind: 'surge', label: 'critical surge in ap', act: surge('ap') },
    { atS: 9, kind: 'fault', label: 'sidecar us-b killed', act: (stage) => killSidecar(stage, 'us-b') },
    { atS: 11, kind: 'fault', label: 'ap cut off', act: ({ topology }) => topology.isolate('ap') },
    { atS: 14, kind: 'fault', label: 'ap back', act: ({ topology }) => topology.rejoin('ap') },
    { atS: 15, kind: 'fault', label: 'allocator killed', act: killAllocator },
    { atS: 18, kind: 'fault', label: 'hot spot moves to eu', act: hotSpot('eu') },
  ],
}

/** The whole tour, seven minutes or so: a rolling restart takes as long as it takes. */
export const FULL: Script = {
  seconds: 302,
  sliceMs: 30_000,
  steps: [
    { atS: 0, kind: 'calm', label: 'hot spot moves to us', act: hotSpot('us') },
    { atS: 12, kind: 'calm', label: 'hot spot moves to ap', act: hotSpot('ap') },
    { atS: 24, kind: 'surge', label: 'critical surge in us', act: surge('us') },
    { atS: 49, kind: 'calm', label: 'demand everywhere', act: everywhere },
    { atS: 60, kind: 'fault', label: 'ap cut off for 25 s', act: ({ topology }) => topology.isolate('ap') },
    { atS: 85, kind: 'fault', label: 'ap back', act: ({ topology }) => topology.rejoin('ap') },
    { atS: 95, kind: 'fault', label: 'allocator killed', act: killAllocator },
    { atS: 112, kind: 'fault', label: 'killed one started', act: startAll },
    { atS: 116, kind: 'fault', label: 'aggregator killed', act: killAggregator },
    { atS: 133, kind: 'fault', label: 'killed one started', act: startAll },
    { atS: 137, kind: 'fault', label: 'sidecar us-a killed, back', act: (stage) => killSidecar(stage, 'us-a') },
    ...REGIONS.flatMap((region, index) => killServer(region, 145 + 16 * index)),
    ...freeze('allocator frozen for 20 s', 193, ({ crew }) => holderOf(crew, 'allocator')),
    ...freeze('sidecar eu-a frozen for 20 s', 221, () => 'eu-a'),
    { atS: 247, kind: 'fault', label: 'rolling restart', holds: true, act: rollingRestart },
    {
      atS: 251,
      kind: 'fault',
      label: 'all of NATS gone',
      act: async ({ topology }) => {
        for (const region of REGIONS) await topology.kill(region)
      },
    },
    {
      atS: 266,
      kind: 'fault',
      label: 'all of NATS back',
      act: async ({ topology }) => {
        for (const region of REGIONS) await topology.restart(region)
      },
    },
    { atS: 290, kind: 'calm', label: 'hot spot moves to eu', act: hotSpot('eu') },
  ],
}

function killServer(region: Region, atS: number): Step[] {
  const kind = 'fault'
  return [
    { atS, kind, label: `nats-server of ${region} killed`, act: ({ topology }) => topology.kill(region) },
    { atS: atS + 4, kind, label: `nats-server of ${region} back`, act: ({ topology }) => topology.restart(region) },
  ]
}

/** A process stands still for 20 s and goes on as if nothing had happened. */
function freeze(label: string, atS: number, choose: (stage: Stage) => string): Step[] {
  let frozen = ''
  return [
    {
      atS,
      kind: 'fault',
      label,
      act: (stage) => {
        frozen = choose(stage)
        const told = inWords(stage.crew, frozen)
        stage.crew.signal(frozen, 'SIGSTOP')
        return label.includes(frozen) ? undefined : told
      },
    },
    { atS: atS + 20, kind: 'fault', label: 'it goes on', act: ({ crew }) => crew.signal(frozen, 'SIGCONT') },
  ]
}

/** Everybody anew, one after the other: those without office first, each holder of one when its stand-in has taken over. */
async function rollingRestart({ crew }: Stage): Promise<void> {
  const inOffice = new Set([...crew.inOffice('allocator'), ...REGIONS.flatMap((region) => crew.inOffice(region))])
  const inOrder = [...crew.names].sort((one, other) => Number(inOffice.has(one)) - Number(inOffice.has(other)))
  for (const name of inOrder) {
    await crew.replace(name)
    const endMs = performance.now() + OFFICE_MS
    do await pause(250)
    while (!crew.isReady && performance.now() < endMs)
  }
}
