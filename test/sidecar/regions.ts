import { NatsServer } from '@spillway/testkit'
import type { BudgetView } from '@spillway/inspect'
import { InspectorClient } from '@spillway/inspect/client'
import type { Sidecar } from '@spillway/sidecar'
import { StockApp, StockCaller, sceneConfig, startSidecar, stockContract } from './scene.ts'

/** Who may call what the budget `charges` pays for. */
const PATIENCE_MS = 30_000

/** One region: an app, its sidecar and a caller. */
export class Region implements AsyncDisposable {
  readonly name: string
  readonly app: StockApp
  readonly sidecar: Sidecar
  readonly caller: StockCaller
  readonly inspector: InspectorClient
  readonly #log: readonly string[]

  private constructor(name: string, app: StockApp, sidecar: Sidecar, log: readonly string[]) {
    this.name = name
    this.app = app
    this.sidecar = sidecar
    this.caller = new StockCaller(sidecar.addresses.inbound)
    this.inspector = new InspectorClient({ address: sidecar.addresses.inspect })
    this.#log = log
  }

  /** Starts one with these settings over those of {@link sceneConfig}. */
  static async start(name: string, settings: Record<string, unknown>): Promise<Region> {
    const app = await StockApp.start(() => Promise.resolve({ note: 'done' }))
    const log: string[] = []
    const config = sceneConfig(app.address, { service: 'stock', region: name, ...settings })
    const sidecar = await startSidecar(config, stockContract(config.policy), (line) => log.push(line))
    return new Region(name, app, sidecar, log)
  }

  /** Names of the events in the decision log so far. */
  get events(): readonly string[] {
    return this.#log.map((line) => String((JSON.parse(line) as { event: unknown }).event))
  }

  /** The decision log so far. */
  get lines(): readonly string[] {
    return this.#log
  }

  /** The budget `charges` as the inspector shows it. */
  async budget(): Promise<BudgetView> {
    const [budget] = await this.inspector.listBudgets()
    if (budget === undefined) throw new Error('no budget')
    return budget
  }

  /** Resolves when the budget is as wished. */
  async until(isSo: (budget: BudgetView) => boolean, patienceMs = PATIENCE_MS): Promise<BudgetView> {
    const endMs = performance.now() + patienceMs
    for (;;) {
      const budget = await this.budget()
      if (isSo(budget)) return budget
      if (performance.now() > endMs) throw new Error(`still ${JSON.stringify(budget)}; ${this.events.join(' ')}`)
      await pause(50)
    }
  }

  /** See {@link load}. */
  load(perSecond: number, durationMs: number): Promise<Passed> {
    return load(this.caller, perSecond, durationMs)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.caller.close()
    this.inspector.close()
    await this.sidecar.close()
    this.app.close()
  }
}

/** Calls `Charge` at a steady pace, whatever comes of it, for so long. Returns when each call that passed ended. */
export async function load(caller: StockCaller, perSecond: number, durationMs: number): Promise<Passed> {
  const passedMs: number[] = []
  const calls: Promise<void>[] = []
  let refused = 0
  const startMs = performance.now()
  for (let sent = 0; performance.now() - startMs < durationMs;) {
    const due = ((performance.now() - startMs) * perSecond) / 1_000
    for (; sent < due; sent++) {
      const call = caller.call('Charge').then(({ code }) => {
        if (code === 0) passedMs.push(performance.now())
        else refused++
      })
      calls.push(call)
    }
    await pause(5)
  }
  await Promise.all(calls)
  return { passedMs, refused }
}

/** How a load fared. */
export interface Passed {
  readonly passedMs: readonly number[]
  readonly refused: number
}

/** Two regions that share `charges`, 100 a second, over a real NATS server. */
export class TwoRegions implements AsyncDisposable {
  readonly nats: NatsServer
  readonly east: Region
  readonly west: Region

  private constructor(nats: NatsServer, east: Region, west: Region) {
    this.nats = nats
    this.east = east
    this.west = west
  }

  /** Starts everything; leaders are elected in the background. */
  static async start(settings: Record<string, unknown> = {}): Promise<TwoRegions> {
    const nats = await NatsServer.start()
    const shared = { nats: { servers: [nats.url], slice_hold: '8s' }, budgets: { charges: SHARED }, ...settings }
    return new TwoRegions(nats, await Region.start('east', shared), await Region.start('west', shared))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.east[Symbol.asyncDispose]()
    await this.west[Symbol.asyncDispose]()
    await this.nats.close()
  }
}

/** The budget of {@link TwoRegions}. */
export const SHARED = { rate: 100, burst: 100, regions: { east: { floor: 0.1 }, west: { floor: 0.1 } } }

/** The largest excess over `rate * dt` of the calls that ended in any interval: at most the burst when the promise holds. */
export function worstExcess(times: readonly number[], rate: number): number {
  const sorted = times.toSorted((one, other) => one - other)
  let least = Number.POSITIVE_INFINITY
  let worst = 0
  for (const [index, timeMs] of sorted.entries()) {
    const drained = index - (rate * timeMs) / 1_000
    least = Math.min(least, drained)
    worst = Math.max(worst, drained + 1 - least)
  }
  return worst
}

/** Waits. */
export function pause(ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  setTimeout(resolve, ms)
  return promise
}
