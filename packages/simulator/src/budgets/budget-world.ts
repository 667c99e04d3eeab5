import {
  Aggregator,
  LeaseGrantor,
  LeaseHolder,
  LeasedBudget,
  defaultLeasedBudgetConfig,
  type LeaseGrant,
  type Share,
} from '@spillway/budget'
import { ManualClock, type Random } from '@spillway/clock'
import { DriftingClock } from '../drifting-clock.ts'
import { PromiseChecker } from '../promise-checker.ts'
import { VirtualNetwork, type LinkConditions } from '../virtual-network.ts'

/** A fleet to simulate. */
export interface WorldConfig {
  readonly regions: number
  readonly sidecars: number
  readonly budget: Share
  /** Part of the budget that is split into region floors. */
  readonly floors: number
  /** Largest clock error, as a fraction. */
  readonly drift: number
  readonly between: LinkConditions
  readonly inside: LinkConditions
  /** Units per second that each sidecar is asked for, by tier, at a true time. */
  readonly demand: (region: number, sidecar: number, nowMs: number) => readonly number[]
}

interface SidecarNode {
  readonly name: string
  readonly region: number
  readonly index: number
  readonly clock: DriftingClock
  readonly budget: LeasedBudget
  isPaused: boolean
}

interface RegionNode {
  readonly name: string
  readonly clock: DriftingClock
  readonly aggregator: Aggregator
  isPaused: boolean
}

const STEP_MS = 10

/**
 * Regions of sidecars that share one budget, in virtual time, through a network that loses, doubles, delays and reorders. The
 * very classes that the sidecar runs do the deciding; this file only carries their messages and asks for admission.
 */
export class BudgetWorld {
  readonly truth = new ManualClock(1_000_000)
  readonly checker: PromiseChecker
  readonly network: VirtualNetwork
  readonly admittedByTier = [0, 0, 0, 0]
  readonly offeredByTier = [0, 0, 0, 0]
  readonly #config: WorldConfig
  readonly #random: Random
  readonly #allocator: LeaseGrantor
  readonly #regions: RegionNode[] = []
  readonly #sidecars: SidecarNode[] = []
  #incarnations = 0

  constructor(config: WorldConfig, random: Random) {
    this.#config = config
    this.#random = random
    this.checker = new PromiseChecker(config.budget.rate, config.budget.burst)
    const place = (name: string): string => name.split('.')[0] ?? name
    this.network = new VirtualNetwork(this.truth, random, (from, to) =>
      place(from) === place(to) ? config.inside : config.between,
    )
    const floors = new Map(this.#regionNames().map((name) => [name, this.#floor()]))
    this.#allocator = new LeaseGrantor(
      { ...this.#grantorConfig(), ttlMs: 9_000, sliceTtlMs: Number.POSITIVE_INFINITY, floors },
      1,
      this.#newClock(),
      (name) => (floors.has(name) ? { floor: this.#floor(), weight: 1 } : undefined),
    )
    for (let region = 0; region < config.regions; region++) this.#addRegion(region)
  }

  get sidecars(): readonly SidecarNode[] {
    return this.#sidecars
  }

  get regions(): readonly RegionNode[] {
    return this.#regions
  }

  /** Runs one step of 10 ms. False when the promise was broken in it. */
  step(): boolean {
    this.truth.advance(STEP_MS)
    const nowMs = this.truth.nowMs()
    if (nowMs % 50 === 0) this.#allocateAll()
    if (nowMs % 20 === 0) for (const region of this.#regions) this.#reportUp(region)
    let isKept = true
    for (const sidecar of this.#sidecars) {
      if (sidecar.isPaused) continue
      isKept = this.#serve(sidecar, nowMs) && isKept
      if (nowMs % 20 === 0) this.#report(sidecar)
    }
    return isKept
  }

  #serve(sidecar: SidecarNode, nowMs: number): boolean {
    const wants = this.#config.demand(sidecar.region, sidecar.index, nowMs)
    let admitted = 0
    for (const [tier, rate] of wants.entries()) {
      const arrivals = poisson((rate * STEP_MS) / 1_000, this.#random)
      this.offeredByTier[tier] = (this.offeredByTier[tier] ?? 0) + arrivals
      for (let arrival = 0; arrival < arrivals; arrival++) {
        if (!sidecar.budget.take(1, tier)) continue
        admitted++
        this.admittedByTier[tier] = (this.admittedByTier[tier] ?? 0) + 1
      }
    }
    return admitted === 0 || this.checker.admit(nowMs, admitted)
  }

  #report(sidecar: SidecarNode): void {
    const region = this.#regions[sidecar.region]
    const report = region && sidecar.budget.poll()
    if (!report) return
    this.network.send(sidecar.name, region.name, () => {
      if (!region.isPaused) region.aggregator.receive(report)
    })
  }

  #reportUp(region: RegionNode): void {
    if (region.isPaused) return
    const report = region.aggregator.poll()
    if (!report) return
    this.network.send(region.name, 'allocator', () => this.#allocator.receive(report))
  }

  #allocateAll(): void {
    const share = this.#config.budget
    const capacity = { share, expiresMs: Number.POSITIVE_INFINITY, pool: share }
    for (const grant of this.#allocator.allocate(capacity)) {
      const region = this.#regions.find((node) => node.name === grant.holder)
      if (region) this.network.send('allocator', region.name, () => this.#passDown(region, grant))
    }
    for (const region of this.#regions) {
      if (region.isPaused) continue
      for (const grant of region.aggregator.allocate()) this.#deliver(region, grant)
    }
  }

  #passDown(region: RegionNode, grant: LeaseGrant): void {
    if (region.isPaused) return
    region.aggregator.accept(grant)
    for (const next of region.aggregator.allocate()) this.#deliver(region, next)
  }

  #deliver(region: RegionNode, grant: LeaseGrant): void {
    const sidecar = this.#sidecars.find((node) => node.name === grant.holder)
    if (!sidecar) return
    this.network.send(region.name, sidecar.name, () => {
      if (!sidecar.isPaused) sidecar.budget.accept(grant)
    })
  }

  #addRegion(index: number): void {
    const name = `r${index}`
    const clock = this.#newClock()
    const above = new LeaseHolder({ ...this.#identity(name), drift: this.#config.drift }, clock)
    const below = new LeaseGrantor(
      { ...this.#grantorConfig(), ttlMs: 3_000, sliceTtlMs: 60_000, floors: new Map() },
      1,
      clock,
      () => ({ floor: { rate: 0, burst: 0 }, weight: 1 }),
    )
    this.#regions.push({ name, clock, aggregator: new Aggregator(above, below, clock), isPaused: false })
    for (let sidecar = 0; sidecar < this.#config.sidecars; sidecar++) this.#addSidecar(index, sidecar)
  }

  #addSidecar(region: number, index: number): void {
    const name = `r${region}.s${index}`
    const clock = this.#newClock()
    const identity = { ...this.#identity(name), drift: this.#config.drift }
    const budget = new LeasedBudget({ ...defaultLeasedBudgetConfig, ...identity, refillDrift: this.#config.drift }, clock)
    this.#sidecars.push({ name, region, index, clock, budget, isPaused: false })
  }

  #identity(holder: string): { budget: string; holder: string; incarnation: string } {
    return { budget: 'b', holder, incarnation: `i${++this.#incarnations}` }
  }

  #grantorConfig(): { budget: string; incarnation: string; drift: number; spare: number } {
    return { budget: 'b', incarnation: `g${++this.#incarnations}`, drift: this.#config.drift, spare: 0.04 }
  }

  #newClock(): DriftingClock {
    return new DriftingClock(this.truth, 1 + (this.#config.drift / 2) * (2 * this.#random.next() - 1))
  }

  #regionNames(): string[] {
    return Array.from({ length: this.#config.regions }, (_, index) => `r${index}`)
  }

  #floor(): Share {
    const part = this.#config.floors / this.#config.regions
    return { rate: this.#config.budget.rate * part, burst: this.#config.budget.burst * part }
  }
}

/** Knuth's method; for small means only. */
function poisson(mean: number, random: Random): number {
  const limit = Math.exp(-mean)
  let count = 0
  for (let product = random.next(); product > limit; product *= random.next()) count++
  return count
}
