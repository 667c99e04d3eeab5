import { globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectBus, type Advice } from '@spillway/bus'
import { POLICIES, machineNowMs, readLogs, type Policy } from './admission-log.ts'
import { Crew } from './crew.ts'
import { figuresOf, type Figures } from './figures.ts'
import { COLD_START, type Script, type Stage } from './script.ts'
import { ALL_ADVICE, REGIONS, Topology, credentialsOf, type Joint, type Region } from './topology.ts'

/** What the tour looks like at one moment. */
export interface Scene {
  readonly atS: number
  readonly label: string
  readonly allocators: readonly string[]
  readonly regions: ReadonlyMap<Region, { readonly rate: number; readonly cutOff: number }>
  readonly advisories: number
}

/** What a tour found. */
export interface TourResult {
  readonly joint: Joint
  readonly script: Script
  readonly figures: ReadonlyMap<Policy, Figures>
  /** How often each kind of advisory was published. */
  readonly advisories: ReadonlyMap<string, number>
  /** Most processes that said at the same time that they are allocator. */
  readonly mostAllocators: number
}

const SCENE_MS = 500
const READY_WITHIN_S = 60

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Goes through a script on real processes; `onScene` is shown what goes on. Ends all it started, also when aborted. */
export async function runTour(
  script: Script,
  joint: Joint,
  onScene: (scene: Scene) => void,
  signal?: AbortSignal,
): Promise<TourResult> {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-regions-'))
  const topology = await Topology.start(joint)
  const crew = new Crew(topology, folder)
  const leave = (): void => crew.closeNow()
  process.on('exit', leave)
  try {
    const tour = new Tour(script, topology, crew, onScene)
    const { startMs, endMs } = await tour.run(signal)
    await crew.close()
    const figures = new Map(
      POLICIES.map((policy) => {
        const decisions = readLogs(globSync(join(folder, `${policy}-*.log`)))
        return [policy, figuresOf(decisions, startMs, endMs)] as const
      }),
    )
    return { joint, script, figures, advisories: tour.advisories, mostAllocators: tour.mostAllocators }
  } finally {
    await crew.close()
    await topology.close()
    rmSync(folder, { recursive: true, force: true })
    process.off('exit', leave)
  }
}

class Tour {
  readonly advisories = new Map<string, number>()
  mostAllocators = 0
  readonly #script: Script
  readonly #topology: Topology
  readonly #crew: Crew
  readonly #onScene: (scene: Scene) => void

  constructor(script: Script, topology: Topology, crew: Crew, onScene: (scene: Scene) => void) {
    this.#script = script
    this.#topology = topology
    this.#crew = crew
    this.#onScene = onScene
  }

  async run(signal: AbortSignal | undefined): Promise<{ startMs: number; endMs: number }> {
    const operator = await connectBus({
      servers: [this.#topology.url(REGIONS[0])],
      name: 'operator',
      ...credentialsOf('operator'),
    })
    operator.subscribe(ALL_ADVICE, { callback: (_error, message) => this.#count(message.json<Advice>()) })
    try {
      await this.#getReady(signal)
      const startMs = machineNowMs()
      await this.#follow(startMs, signal)
      return { startMs, endMs: machineNowMs() }
    } finally {
      await operator.close()
    }
  }

  async #getReady(signal: AbortSignal | undefined): Promise<void> {
    const beganMs = machineNowMs()
    this.#crew.startAll()
    await COLD_START(this.#stage)
    while (!this.#crew.isReady) {
      signal?.throwIfAborted()
      const waitedS = (machineNowMs() - beganMs) / 1_000
      if (waitedS > READY_WITHIN_S) throw new Error(`the fleet was not ready within ${READY_WITHIN_S} s`)
      this.#show(waitedS, 'starting; offices are taken after 10 s')
      await pause(SCENE_MS)
    }
  }

  async #follow(startMs: number, signal: AbortSignal | undefined): Promise<void> {
    const steps = [...this.#script.steps]
    const underWay: Promise<void>[] = []
    const failures: unknown[] = []
    let label = ''
    for (let atS = 0; atS < this.#script.seconds; atS = (machineNowMs() - startMs) / 1_000) {
      signal?.throwIfAborted()
      const step = steps[0]
      if (step && step.atS <= atS) {
        steps.shift()
        label = step.label
        underWay.push(Promise.resolve(step.act(this.#stage)).catch((error: unknown) => void failures.push(error)))
      }
      this.#show(atS, label)
      const nextMs = ((steps[0]?.atS ?? Infinity) - atS) * 1_000
      await pause(Math.max(10, Math.min(SCENE_MS, nextMs)))
    }
    await Promise.all(underWay)
    if (failures.length > 0) throw new AggregateError(failures, 'a step of the tour failed')
  }

  get #stage(): Stage {
    return { crew: this.#crew, topology: this.#topology }
  }

  #count({ kind, count }: Advice): void {
    this.advisories.set(kind, (this.advisories.get(kind) ?? 0) + count)
  }

  #show(atS: number, label: string): void {
    const allocators = this.#crew.inOffice('allocator')
    this.mostAllocators = Math.max(this.mostAllocators, allocators.length)
    const regions = new Map(REGIONS.map((region) => [region, this.#crew.region(region)] as const))
    const advisories = [...this.advisories.values()].reduce((sum, count) => sum + count, 0)
    this.#onScene({ atS, label, allocators, regions, advisories })
  }
}
