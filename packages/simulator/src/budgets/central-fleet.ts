import { Bucket } from '@spillway/budget'
import { SeededRandom, type Random } from '@spillway/clock'
import { EventClock } from '../event-clock.ts'
import { PromiseChecker } from '../promise-checker.ts'
import { VirtualNetwork, isInside } from '../virtual-network.ts'
import type { WorldConfig } from './world-config.ts'
import type { Breakable, Fleet, Traffic } from './fleet.ts'
import { drawMany } from './local-fleet.ts'
import { OpenLoad, type Tally } from './open-load.ts'

const SERVER = 'r0.server'

/**
 * One server with one bucket that every call asks over the network, for comparison. Exact, and as slow, as chatty and as mortal
 * as that is. A call without an answer is refused.
 */
export class CentralFleet implements Fleet {
  readonly network: VirtualNetwork
  readonly checker: PromiseChecker
  readonly stepMs: number
  readonly #config: WorldConfig
  readonly #truth = new EventClock(1_000_000)
  readonly #load: OpenLoad
  readonly #bucket: Bucket
  readonly #dead = new Set<string>()
  #inside = 0
  #between = 0
  #isKept = true

  constructor(config: WorldConfig, random: Random) {
    this.#config = config
    this.stepMs = config.pace?.stepMs ?? 10
    this.#load = new OpenLoad(config.demand, new SeededRandom(Math.floor(random.next() * 2 ** 31)))
    this.checker = new PromiseChecker(config.budget.rate, config.budget.burst)
    this.#bucket = new Bucket(this.#truth, config.budget)
    this.network = new VirtualNetwork(this.#truth, random, (from, to) =>
      isInside(from, to) ? config.inside : config.between,
    )
  }

  get nowMs(): number {
    return this.#truth.nowMs()
  }

  get tally(): Tally {
    return this.#load.tally
  }

  get traffic(): Traffic {
    const [inside, between] = [this.#inside, this.#between]
    return { inside, between, insideCopies: inside, betweenCopies: between }
  }

  get breakable(): Breakable {
    return {
      hasAllocator: !this.#dead.has(SERVER),
      killAllocator: () => void this.#dead.add(SERVER),
      retireAllocator: () => undefined,
      retireAggregator: () => undefined,
    }
  }

  step(): boolean {
    this.#truth.advance(this.stepMs)
    const { regions, sidecars } = this.#config
    for (let region = 0; region < regions; region++) {
      for (let index = 0; index < sidecars; index++) this.#serve(region, index)
    }
    return this.#isKept
  }

  heldRate(): undefined {
    return undefined
  }

  killSidecar(region: number, index: number): void {
    this.#dead.add(`r${region}.s${index}`)
  }

  #serve(region: number, index: number): void {
    const name = `r${region}.s${index}`
    if (this.#dead.has(name)) return
    const ask = (calls: number, tier: number): number => {
      this.#count(region, calls)
      this.network.send(name, SERVER, () => this.#answer(name, region, calls, tier))
      return 0
    }
    this.#load.serve(region, index, this.nowMs, this.stepMs, ask, this.checker)
  }

  #answer(name: string, region: number, calls: number, tier: number): void {
    if (this.#dead.has(SERVER)) return
    const taken = drawMany(this.#bucket, calls, tier)
    const decidedMs = this.nowMs
    this.#count(region, calls)
    if (taken === 0) return
    this.#isKept = this.checker.admit(decidedMs, taken) && this.#isKept
    this.network.send(SERVER, name, () => this.#load.tally.admit(region, tier, taken))
  }

  #count(region: number, messages: number): void {
    if (region === 0) this.#inside += messages
    else this.#between += messages
  }
}
