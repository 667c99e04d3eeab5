import { globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectBus, type Advice } from '@spillway/bus'
import { machineNowMs, readLogs } from './admission-log.ts'
import { Crew } from './crew.ts'
import { ScriptClock } from './script-clock.ts'
import { COLD_START, type Script, type Stage, type Step } from './script.ts'
import type { Load } from './terms.ts'
import { ALL_ADVICE, REGIONS, Topology, credentialsOf, type Joint, type Region } from './topology.ts'
import { logsOf, type Phase, type TourResult } from './tour-result.ts'

/** One region at one moment. */
interface RegionScene {
  /** In force at its sidecars, in units per second, and how many of those are cut off. */
  readonly rate: number
  readonly cutOff: number
  /** Calls per second by class since the scene before. */
  readonly offered: Load
  readonly served: Load
}

/** What the tour looks like at one moment. */
export interface Scene {
  readonly atS: number
  readonly label: string
  readonly allocators: readonly string[]
  readonly regions: ReadonlyMap<Region, RegionScene>
  readonly advisories: number
}

const SCENE_MS = 500
/** How long a fleet may take to get ready beside the slices that it waits for, in seconds. */
const READY_WITHIN_S = 60
/** Elections take so long before slices begin to count, in seconds. */
const OFFICES_AFTER_S = 11

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
  const crew = await Crew.gather(topology, folder, script.sliceMs)
  const leave = (): void => crew.closeNow()
  process.on('exit', leave)
  try {
    const tour = new Tour(script, topology, crew, onScene)
    const phases = await tour.run(signal)
    await crew.close()
    const read = (name: string) => readLogs(globSync(join(folder, `${name}-*.log`)))
    const { advisories, mostAllocators } = tour
    return { joint, phases, logs: logsOf(read, read('witness')), advisories, mostAllocators }
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
  #shownMs = machineNowMs()
  #shown = new Map<Region, ReturnType<Crew['traffic']>>()

  constructor(script: Script, topology: Topology, crew: Crew, onScene: (scene: Scene) => void) {
    this.#script = script
    this.#topology = topology
    this.#crew = crew
    this.#onScene = onScene
  }

  async run(signal: AbortSignal | undefined): Promise<Phase[]> {
    const operator = await connectBus({
      servers: [this.#topology.url(REGIONS[0])],
      name: 'operator',
      ...credentialsOf('operator'),
    })
    operator.subscribe(ALL_ADVICE, { callback: (_error, message) => this.#count(message.json<Advice>()) })
    try {
      await this.#getReady(signal)
      return await this.#follow(signal)
    } finally {
      await operator.close()
    }
  }

  async #getReady(signal: AbortSignal | undefined): Promise<void> {
    const beganMs = machineNowMs()
    const slicesAfterS = OFFICES_AFTER_S + this.#script.sliceMs / 1_000
    await this.#crew.startAll()
    await COLD_START(this.#stage)
    for (;;) {
      signal?.throwIfAborted()
      const waitedS = (machineNowMs() - beganMs) / 1_000
      if (this.#crew.isReady && waitedS > slicesAfterS) return
      if (waitedS > READY_WITHIN_S + slicesAfterS)
        throw new Error(`the fleet was not ready within ${waitedS.toFixed(0)} s`)
      const isHeld = this.#crew.inOffice('allocator').length > 0
      this.#show(
        waitedS,
        isHeld ? `starting: floors are free after ${slicesAfterS} s` : 'starting: offices are taken after 10 s',
      )
      await pause(SCENE_MS)
    }
  }

  async #follow(signal: AbortSignal | undefined): Promise<Phase[]> {
    const startMs = machineNowMs()
    const clock = new ScriptClock()
    const steps = [...this.#script.steps]
    const begun: { label: string; readonly kind: Step['kind']; readonly fromMs: number }[] = []
    const underWay: Promise<void>[] = []
    const failures: unknown[] = []
    while (clock.atS < this.#script.seconds) {
      signal?.throwIfAborted()
      if (failures.length > 0) break
      const step = steps[0]
      if (step && step.atS <= clock.atS) {
        steps.shift()
        const phase = { label: step.label, kind: step.kind, fromMs: machineNowMs() }
        begun.push(phase)
        const act = this.#act(step)
        const isDone = (step.holds ? clock.hold(act) : act).then((told) => {
          if (told) phase.label = `${step.label} (${told})`
        })
        underWay.push(isDone.catch((error: unknown) => void failures.push(error)))
      }
      this.#show((machineNowMs() - startMs) / 1_000, begun.at(-1)?.label ?? '')
      const nextMs = ((steps[0]?.atS ?? Infinity) - clock.atS) * 1_000
      await pause(Math.max(10, Math.min(SCENE_MS, nextMs)))
    }
    const endMs = machineNowMs()
    await Promise.all(underWay)
    if (failures.length > 0) throw new AggregateError(failures, `a step of the tour failed: ${String(failures[0])}`)
    return begun.map(({ label, kind, fromMs }, index) => {
      return { label, kind, span: { fromMs, toMs: begun[index + 1]?.fromMs ?? endMs } }
    })
  }

  async #act(step: Step): Promise<string | void> {
    return await step.act(this.#stage)
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
    const passedS = Math.max(0.001, (machineNowMs() - this.#shownMs) / 1_000)
    this.#shownMs += passedS * 1_000
    const regions = new Map(REGIONS.map((region) => [region, this.#regionScene(region, passedS)] as const))
    const advisories = [...this.advisories.values()].reduce((sum, count) => sum + count, 0)
    this.#onScene({ atS, label, allocators, regions, advisories })
  }

  #regionScene(region: Region, passedS: number): RegionScene {
    const now = this.#crew.traffic(region)
    const before = this.#shown.get(region) ?? now
    this.#shown.set(region, now)
    const perSecond = (one: Load, other: Load): Load => {
      const [critical, standard, sheddable] = one.map((count, tier) => (count - (other[tier] ?? 0)) / passedS)
      return [critical ?? 0, standard ?? 0, sheddable ?? 0]
    }
    const offered = perSecond(now.offered, before.offered)
    return { ...this.#crew.region(region), offered, served: perSecond(now.served, before.served) }
  }
}
