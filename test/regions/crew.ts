import { freePorts } from '@spillway/testkit'
import type { Loads, Setup, Site, Traffic } from './child.ts'
import { ForkedMember } from './forked-member.ts'
import type { Member } from './member.ts'
import type { Load } from './terms.ts'
import { REGIONS, processesOf, type Region, type Topology } from './topology.ts'
import { TourSidecar } from './tour-sidecar.ts'

/** An office: allocator over all regions, or aggregator of one. */
export type Office = 'allocator' | Region

const IDLE: Load = [0, 0, 0]

const PROGRAMS = {
  region: new URL('./region-process.ts', import.meta.url),
  apps: new URL('./apps-process.ts', import.meta.url),
  counter: new URL('./counter-process.ts', import.meta.url),
  callers: new URL('./callers-process.ts', import.meta.url),
} as const

/** How long the others wait for the candidates to start, in milliseconds. */
const FIRST_MS = 5_000

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * The processes of the tour: two candidates for the offices in each region, three real sidecars in each, one process with the
 * apps behind them, one with their callers, and the central counter of the comparison.
 */
export class Crew {
  readonly #candidates = new Map<string, { readonly region: Region; readonly member: ForkedMember }>()
  readonly #sidecars = new Map<string, TourSidecar>()
  readonly #apps: ForkedMember
  readonly #counter: ForkedMember
  readonly #callers: ForkedMember
  #loads: Loads = { eu: IDLE, us: IDLE, ap: IDLE }
  #starts = 0

  private constructor(topology: Topology, folder: string, sites: readonly Site[], sliceMs: number) {
    const urls = { eu: topology.url('eu'), us: topology.url('us'), ap: topology.url('ap') }
    const fork = (program: URL, name: string, region: Region): ForkedMember => {
      const setup = (): Setup => {
        return { name, region, urls, folder, sites, sliceMs, incarnation: `${name}-${++this.#starts}` }
      }
      return new ForkedMember(program, setup)
    }
    for (const region of REGIONS) {
      for (const name of processesOf.region(region)) {
        this.#candidates.set(name, { region, member: fork(PROGRAMS.region, name, region) })
      }
    }
    for (const site of sites) this.#sidecars.set(site.name, new TourSidecar(site, urls[site.region], folder))
    this.#apps = fork(PROGRAMS.apps, 'apps', REGIONS[0])
    this.#counter = fork(PROGRAMS.counter, 'counter', REGIONS[0])
    this.#callers = fork(PROGRAMS.callers, 'callers', REGIONS[0])
  }

  /** A crew that writes its logs into `folder`; its slices outlive their leases by `sliceMs`. Nobody runs yet. */
  static async gather(topology: Topology, folder: string, sliceMs: number): Promise<Crew> {
    const names = REGIONS.flatMap((region) => processesOf.sidecar(region).map((name) => ({ name, region })))
    const ports = await freePorts(names.length * 3)
    const sites = names.map(({ name, region }, index) => {
      const [inboundPort = 0, inspectPort = 0, appPort = 0] = ports.slice(3 * index)
      return { name, region, inboundPort, inspectPort, appPort }
    })
    return new Crew(topology, folder, sites, sliceMs)
  }

  /** Starts everybody who does not run; candidates first, for an election takes longer than any start. */
  async startAll(): Promise<void> {
    for (const { member } of this.#candidates.values()) await member.start()
    const endMs = performance.now() + FIRST_MS
    while (!this.#areCandidatesHeard && performance.now() < endMs) await pause(50)
    await Promise.all([...this.#all.values()].map((member) => member.start()))
  }

  get #areCandidatesHeard(): boolean {
    return [...this.#candidates.values()].every(({ member }) => member.isHeard)
  }

  /** Sends a signal to that process. */
  signal(name: string, signal: NodeJS.Signals): void {
    this.#member(name).signal(signal)
  }

  /** Kills it at once and waits until it is gone. */
  async kill(name: string): Promise<void> {
    await this.#member(name).kill()
  }

  /** Starts it if it does not run. */
  async start(name: string): Promise<void> {
    await this.#member(name).start()
  }

  /** Ends it as an operator does, a sidecar with a drain, and starts it again. */
  async replace(name: string): Promise<void> {
    await this.#member(name).leave()
    await this.#member(name).start()
  }

  /** What callers of a region's sidecars ask for from now on, each. */
  setLoad(region: Region, load: Load): void {
    this.#loads = { ...this.#loads, [region]: load }
    this.#callers.setLoads(this.#loads)
  }

  /** Names of the processes in office. */
  inOffice(office: Office): string[] {
    return [...this.#candidates]
      .filter(([, { region, member }]) => {
        const { status } = member
        if (status?.kind !== 'region') return false
        return office === 'allocator' ? status.allocator > 0 : region === office && status.aggregator > 0
      })
      .map(([name]) => name)
  }

  /** Everybody runs and has said so, every office is held, and every sidecar has a lease. */
  get isReady(): boolean {
    const isAnybodySilent = [...this.#all.values()].some((member) => !member.isHeard)
    const isAnybodyCutOff = [...this.#sidecars.values()].some(({ budget }) => budget?.isCutOff !== false)
    const offices = ['allocator', ...REGIONS] as const
    return !isAnybodySilent && !isAnybodyCutOff && offices.every((office) => this.inOffice(office).length > 0)
  }

  /** What is in force at the sidecars of a region, and how many of them are cut off. */
  region(region: Region): { readonly rate: number; readonly cutOff: number } {
    const budgets = processesOf.sidecar(region).flatMap((name) => this.#sidecars.get(name)?.budget ?? [])
    return {
      rate: budgets.reduce((sum, { ratePerSecond }) => sum + ratePerSecond, 0),
      cutOff: budgets.filter(({ isCutOff }) => isCutOff).length,
    }
  }

  /** Calls of a region so far. */
  traffic(region: Region): Traffic {
    const { status } = this.#callers
    return status?.kind === 'callers' ? status.traffic[region] : { offered: IDLE, served: IDLE }
  }

  /** Names of the candidates for the offices and of the sidecars. */
  get names(): readonly string[] {
    return [...this.#candidates.keys(), ...this.#sidecars.keys()]
  }

  /** Kills everybody, frozen ones too. */
  async close(): Promise<void> {
    await Promise.all([...this.#all.values()].map((member) => member.close()))
  }

  /** Kills everybody without waiting: for when this process is about to end. */
  closeNow(): void {
    for (const member of this.#all.values()) member.signal('SIGKILL')
  }

  get #all(): ReadonlyMap<string, Member> {
    const candidates = [...this.#candidates].map(([name, { member }]) => [name, member] as const)
    const others = { apps: this.#apps, counter: this.#counter, callers: this.#callers }
    return new Map<string, Member>([...candidates, ...this.#sidecars, ...Object.entries(others)])
  }

  #member(name: string): Member {
    const member = this.#all.get(name)
    if (!member) throw new Error(`no process ${name}`)
    return member
  }
}
