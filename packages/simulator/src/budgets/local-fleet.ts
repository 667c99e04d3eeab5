import { Bucket, type Share } from '@spillway/budget'
import { SeededRandom, type Random } from '@spillway/clock'
import { EventClock } from '../event-clock.ts'
import { PromiseChecker } from '../promise-checker.ts'
import { VirtualNetwork, isInside } from '../virtual-network.ts'
import type { WorldConfig } from './world-config.ts'
import type { Fleet, Traffic } from './fleet.ts'
import { OpenLoad, type Tally } from './open-load.ts'

/** What must stay saved up after a call of each tier, as a fraction of the burst: as in the leases. */
const WATERMARKS = [0, 0.1, 0.2, 0.3]

/** How often counters are told to everybody, in milliseconds. */
const GOSSIP_MS = 250

interface Place {
  readonly name: string
  readonly region: number
  readonly index: number
  readonly bucket: Bucket
  /** What each of the others had used when it was last heard of, where anybody tells. */
  readonly heard: number[]
  used: number
  isDead: boolean
}

/**
 * Sidecars that decide alone, for comparison. Split: each has an even part of the budget for good. Gossip: each has the whole
 * budget and is charged for what it hears that others have used.
 */
export class LocalFleet implements Fleet {
  readonly network: VirtualNetwork
  readonly checker: PromiseChecker
  readonly stepMs: number
  readonly breakable = undefined
  readonly #scheme: 'split' | 'gossip'
  readonly #config: WorldConfig
  readonly #truth = new EventClock(1_000_000)
  readonly #load: OpenLoad
  readonly #places: Place[] = []
  #inside = 0
  #between = 0

  constructor(scheme: 'split' | 'gossip', config: WorldConfig, random: Random) {
    this.#scheme = scheme
    this.#config = config
    this.stepMs = config.pace?.stepMs ?? 10
    this.#load = new OpenLoad(config.demand, new SeededRandom(Math.floor(random.next() * 2 ** 31)))
    this.checker = new PromiseChecker(config.budget.rate, config.budget.burst)
    this.network = new VirtualNetwork(this.#truth, random, (from, to) =>
      isInside(from, to) ? config.inside : config.between,
    )
    const part = scheme === 'split' ? 1 / (config.regions * config.sidecars) : 1
    for (let region = 0; region < config.regions; region++) {
      for (let index = 0; index < config.sidecars; index++) this.#add(region, index, part, config.budget)
    }
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

  step(): boolean {
    this.#truth.advance(this.stepMs)
    let isKept = true
    for (const place of this.#places) {
      if (place.isDead) continue
      const take = (calls: number, tier: number): number => takeMany(place, calls, tier)
      isKept = this.#load.serve(place.region, place.index, this.nowMs, this.stepMs, take, this.checker) && isKept
    }
    if (this.#scheme === 'gossip' && this.nowMs % GOSSIP_MS === 0) this.#gossip()
    return isKept
  }

  heldRate(region: number): number | undefined {
    if (this.#scheme === 'gossip') return undefined
    const { sidecars } = this.#config
    let rate = 0
    for (let place = region * sidecars; place < (region + 1) * sidecars; place++) {
      rate += this.#places[place]?.bucket.rate ?? 0
    }
    return rate
  }

  killSidecar(region: number, index: number): void {
    const place = this.#places[region * this.#config.sidecars + index]
    if (place) place.isDead = true
  }

  #add(region: number, index: number, part: number, { rate, burst }: Share): void {
    const bucket = new Bucket(this.#truth, { rate: rate * part, burst: burst * part, level: 0 })
    const others = this.#scheme === 'gossip' ? this.#config.regions * this.#config.sidecars : 0
    const heard = Array.from({ length: others }, () => 0)
    this.#places.push({ name: `r${region}.s${index}`, region, index, bucket, heard, used: 0, isDead: false })
  }

  #gossip(): void {
    for (const [number, from] of this.#places.entries()) {
      const { used } = from
      for (const to of this.#places) {
        if (to === from) continue
        if (to.region === from.region) this.#inside++
        else this.#between++
        this.network.send(from.name, to.name, () => {
          to.bucket.charge(used - (to.heard[number] ?? 0))
          to.heard[number] = Math.max(used, to.heard[number] ?? 0)
        })
      }
    }
  }
}

function takeMany(place: Place, calls: number, tier: number): number {
  const taken = drawMany(place.bucket, calls, tier)
  place.used += taken
  return taken
}

/** Takes one unit for each of `calls` calls, as many as there are above the watermark of their tier. */
export function drawMany(bucket: Bucket, calls: number, tier: number): number {
  const room = Math.floor(bucket.level() - (WATERMARKS[tier] ?? 0) * bucket.burst)
  const taken = Math.max(0, Math.min(calls, room))
  return taken > 0 && bucket.take(taken) === 0 ? taken : 0
}
