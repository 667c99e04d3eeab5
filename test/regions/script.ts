import type { Crew } from './crew.ts'
import type { Load } from './terms.ts'
import { REGIONS, type Region, type Topology } from './topology.ts'

/** Who acts in a step. */
export interface Stage {
  readonly crew: Crew
  readonly topology: Topology
}

/** Something that happens at a time of the tour. */
export interface Step {
  /** Seconds since the fleet was ready: everybody runs and every office is held. */
  readonly atS: number
  readonly label: string
  readonly act: (stage: Stage) => Promise<void> | void
}

/** A tour: its steps in order, and how long it takes. */
export interface Script {
  readonly steps: readonly Step[]
  /** From when the fleet was ready. What is admitted before that is checked, and not counted for the figures. */
  readonly seconds: number
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const QUIET: Load = [3, 8, 4]
const HOT: Load = [15, 75, 70]
const SURGE: Load = [70, 10, 0]

function hotSpot(hot: Region): Step['act'] {
  return ({ crew }) => {
    for (const region of REGIONS) crew.setLoad(region, region === hot ? HOT : QUIET)
  }
}

function surge(region: Region): Step['act'] {
  return ({ crew }) => {
    for (const other of REGIONS) crew.setLoad(other, other === region ? SURGE : [3, 20, 60])
  }
}

/** Whoever holds that office now. */
function holder(crew: Crew, office: 'allocator' | Region): string {
  return crew.inOffice(office)[0] ?? 'eu-1'
}

/** Kills the holder of an office; whatever was killed before is started again. */
function killOffice(office: 'allocator' | Region): Step['act'] {
  return async ({ crew }) => {
    crew.startAll()
    await crew.kill(holder(crew, office))
  }
}

const startAll: Step['act'] = ({ crew }) => crew.startAll()

/** Callers while the fleet gets ready. */
export const COLD_START: Step['act'] = hotSpot('eu')

/** The short form: 18 seconds from when the fleet is ready. */
export const SHORT: Script = {
  seconds: 18,
  steps: [
    { atS: 0, label: 'hot spot moves to us', act: hotSpot('us') },
    { atS: 4, label: 'critical surge in ap', act: surge('ap') },
    { atS: 8, label: 'sidecar us-b killed', act: ({ crew }) => crew.restart('us-b') },
    { atS: 10, label: 'ap cut off', act: ({ topology }) => topology.isolate('ap') },
    {
      atS: 14,
      label: 'ap back; allocator killed',
      act: async (stage) => {
        stage.topology.rejoin('ap')
        await killOffice('allocator')(stage)
      },
    },
    { atS: 17, label: 'hot spot moves to eu', act: hotSpot('eu') },
  ],
}

/** The whole tour, a little more than five minutes. */
export const FULL: Script = {
  seconds: 310,
  steps: [
    { atS: 0, label: 'hot spot moves to us', act: hotSpot('us') },
    { atS: 10, label: 'hot spot moves to ap', act: hotSpot('ap') },
    { atS: 20, label: 'critical surge in us', act: surge('us') },
    { atS: 30, label: 'ap cut off for 25 s', act: ({ topology }) => topology.isolate('ap') },
    { atS: 55, label: 'ap back', act: ({ topology }) => topology.rejoin('ap') },
    { atS: 61, label: 'allocator killed', act: killOffice('allocator') },
    { atS: 78, label: 'aggregator of us killed', act: killOffice('us') },
    {
      atS: 94,
      label: 'sidecar us-a killed, back',
      act: async (stage) => {
        await startAll(stage)
        await stage.crew.restart('us-a')
      },
    },
    ...REGIONS.flatMap((region, index) => killServer(region, 100 + 16 * index)),
    ...freeze(150),
    { atS: 176, label: 'rolling restart', act: rollingRestart },
    {
      atS: 250,
      label: 'all of NATS gone',
      act: async ({ topology }) => {
        for (const region of REGIONS) await topology.kill(region)
      },
    },
    {
      atS: 265,
      label: 'all of NATS back',
      act: async ({ topology }) => {
        for (const region of REGIONS) await topology.restart(region)
      },
    },
    { atS: 290, label: 'hot spot moves to eu', act: hotSpot('eu') },
  ],
}

function killServer(region: Region, atS: number): Step[] {
  return [
    { atS, label: `nats-server of ${region} killed`, act: ({ topology }) => topology.kill(region) },
    { atS: atS + 4, label: `nats-server of ${region} back`, act: ({ topology }) => topology.restart(region) },
  ]
}

/** The allocator and a sidecar stand still for 20 s and go on as if nothing had happened. */
function freeze(atS: number): Step[] {
  let frozen: string[] = []
  return [
    {
      atS,
      label: 'allocator and sidecar eu-a frozen',
      act: ({ crew }) => {
        frozen = [holder(crew, 'allocator'), 'eu-a']
        for (const name of frozen) crew.signal(name, 'SIGSTOP')
      },
    },
    {
      atS: atS + 20,
      label: 'frozen ones go on',
      act: ({ crew }) => {
        for (const name of frozen) crew.signal(name, 'SIGCONT')
      },
    },
  ]
}

/** Everybody anew, one after the other: those without office first, each holder of one when its stand-in has taken over. */
async function rollingRestart({ crew }: Stage): Promise<void> {
  const inOffice = new Set([...crew.inOffice('allocator'), ...REGIONS.flatMap((region) => crew.inOffice(region))])
  const inOrder = [...crew.names].sort((one, other) => Number(inOffice.has(one)) - Number(inOffice.has(other)))
  for (const name of inOrder) {
    await crew.restart(name)
    await pause(1_000)
    for (let triesLeft = 60; triesLeft > 0 && !crew.isReady; triesLeft--) await pause(250)
  }
}
