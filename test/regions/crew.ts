import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Setup, Status } from './child.ts'
import type { Load } from './terms.ts'
import { REGIONS, processesOf, type Region, type Topology } from './topology.ts'

/** What a process of the tour is. */
type Duty = 'region' | 'sidecar' | 'counter'

/** Silent for longer than this, a process is taken for frozen. */
const SILENT_MS = 1_500

const PROGRAMS: Readonly<Record<Duty, URL>> = {
  region: new URL('./region-process.ts', import.meta.url),
  sidecar: new URL('./sidecar-process.ts', import.meta.url),
  counter: new URL('./counter-process.ts', import.meta.url),
}

interface Member {
  readonly duty: Duty
  readonly region: Region
  child: ChildProcess | undefined
  /** The last that it said, unless that was long ago. */
  status: Status | undefined
  heardMs: number
  load: Load
}

/** The processes of the tour: two for each region, three sidecars for each, and the central counter of the comparison. */
export class Crew {
  readonly #members = new Map<string, Member>()
  readonly #topology: Topology
  readonly #folder: string
  #starts = 0

  constructor(topology: Topology, folder: string) {
    this.#topology = topology
    this.#folder = folder
    this.#members.set('counter', {
      duty: 'counter',
      region: REGIONS[0],
      child: undefined,
      status: undefined,
      heardMs: 0,
      load: [0, 0, 0],
    })
    for (const region of REGIONS) {
      for (const duty of ['region', 'sidecar'] as const) {
        for (const name of processesOf[duty](region)) {
          this.#members.set(name, { duty, region, child: undefined, status: undefined, heardMs: 0, load: [0, 0, 0] })
        }
      }
    }
  }

  /** Starts everybody who does not run. */
  startAll(): void {
    for (const name of this.#members.keys()) this.start(name)
  }

  /** Starts that process if it does not run, as a new incarnation. */
  start(name: string): void {
    const member = this.#member(name)
    if (member.child) return
    const incarnation = `${name}-${++this.#starts}`
    const setup: Setup = {
      name,
      region: member.region,
      url: this.#topology.url(member.region),
      incarnation,
      folder: this.#folder,
    }
    const child = fork(fileURLToPath(PROGRAMS[member.duty]), [JSON.stringify(setup)], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    let complaint = ''
    child.stderr?.on('data', (text: Buffer) => (complaint = (complaint + text.toString()).slice(-2_000)))
    child.on('message', (status: Status) => {
      member.status = status
      member.heardMs = performance.now()
    })
    child.on('error', () => undefined)
    child.on('exit', (code) => {
      if (code) console.error(`${name} ended with ${code}: ${complaint}`)
      if (member.child === child) member.child = undefined
      member.status = undefined
    })
    child.send(member.load, () => undefined)
    member.child = child
  }

  /** Sends a signal to that process. */
  signal(name: string, signal: NodeJS.Signals): void {
    this.#member(name).child?.kill(signal)
  }

  /** Kills it at once and waits until it is gone. */
  async kill(name: string): Promise<void> {
    const { child } = this.#member(name)
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
  }

  /** Kills it and starts it again. */
  async restart(name: string): Promise<void> {
    await this.kill(name)
    this.start(name)
  }

  /** What callers of a region's sidecars ask for from now on, each. */
  setLoad(region: Region, load: Load): void {
    for (const name of processesOf.sidecar(region)) {
      const member = this.#member(name)
      member.load = load
      member.child?.send(load, () => undefined)
    }
  }

  /** Names of the processes in office: the allocator, or the aggregator of a region. */
  inOffice(office: 'allocator' | Region): string[] {
    return [...this.#members]
      .filter(([, member]) => {
        const { region } = member
        const status = this.#statusOf(member)
        if (status?.kind !== 'region') return false
        return office === 'allocator' ? status.allocator > 0 : region === office && status.aggregator > 0
      })
      .map(([name]) => name)
  }

  /** Everybody runs and has said so, and every office is held. */
  get isReady(): boolean {
    const isSilent = [...this.#members.values()].some(
      (member) => member.duty !== 'counter' && this.#statusOf(member) === undefined,
    )
    return !isSilent && (['allocator', ...REGIONS] as const).every((office) => this.inOffice(office).length > 0)
  }

  /** What is in force at the sidecars of a region, and how many of them are cut off. */
  region(region: Region): { readonly rate: number; readonly cutOff: number } {
    const statuses = processesOf.sidecar(region).map((name) => this.#statusOf(this.#member(name)))
    const sidecars = statuses.filter((status) => status?.kind === 'sidecar')
    return {
      rate: sidecars.reduce((sum, { rate }) => sum + rate, 0),
      cutOff: sidecars.filter(({ isCutOff }) => isCutOff).length,
    }
  }

  /** All names, for a rolling restart. */
  get names(): readonly string[] {
    return [...this.#members.keys()].filter((name) => name !== 'counter')
  }

  /** Kills everybody, stopped ones too. */
  async close(): Promise<void> {
    await Promise.all([...this.#members.keys()].map((name) => this.kill(name)))
  }

  /** Kills everybody without waiting: for when this process is about to end. */
  closeNow(): void {
    for (const { child } of this.#members.values()) child?.kill('SIGKILL')
  }

  /** A process that is frozen holds no office and admits nothing, whatever it said before. */
  #statusOf(member: Member): Status | undefined {
    return performance.now() - member.heardMs < SILENT_MS ? member.status : undefined
  }

  #member(name: string): Member {
    const member = this.#members.get(name)
    if (!member) throw new Error(`no process ${name}`)
    return member
  }
}
