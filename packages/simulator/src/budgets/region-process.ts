import {
  Aggregator,
  Allocator,
  Election,
  LeaseGrantor,
  LeaseHolder,
  NO_SHARE,
  defaultAllocatorConfig,
  defaultElectionTimes,
  type BudgetTerms,
  type KeyRequest,
  type LeaseGrant,
  type LeaseReport,
} from '@spillway/budget'
import type { Clock } from '@spillway/clock'
import type { Sabotage } from './sabotage.ts'

/** How a process reaches the others. */
export interface RegionWires {
  toRegionKey(request: KeyRequest): void
  toAllocatorKey(request: KeyRequest): void
  toCandidates(report: LeaseReport): void
  toRegions(grant: LeaseGrant): void
  toSidecars(grant: LeaseGrant): void
}

/** What one process is told. */
export interface RegionProcessConfig {
  readonly region: string
  readonly incarnation: string
  readonly terms: BudgetTerms
  readonly drift: number
  /** Breaks a safety rule on purpose: the checker must notice. */
  readonly sabotage: Sabotage
}

/** How long a sidecar's lease holds, and the slice that outlives it. */
export const SIDECAR_LEASE_MS = 3_000
const SLICE_MS = 30_000

/**
 * One process of a region: a candidate for the region's aggregator and for the allocator, and whichever of them it was elected.
 * Everything that decides is the sidecar's own code; this joins it to a simulated network.
 */
export class RegionProcess {
  readonly regionElection: Election
  readonly allocatorElection: Election
  readonly #config: RegionProcessConfig
  readonly #clock: Clock
  readonly #wires: RegionWires
  readonly #allocator: Allocator
  #term: { readonly epoch: number; readonly aggregator: Aggregator } | undefined

  constructor(config: RegionProcessConfig, wires: RegionWires, clock: Clock) {
    const { incarnation, drift, sabotage } = config
    this.#config = config
    this.#clock = clock
    this.#wires = wires
    const times = { ...defaultElectionTimes, drift: sabotage.electionDrift ?? drift, incarnation }
    this.regionElection = new Election(times, clock)
    this.allocatorElection = new Election(times, clock)
    const books = sabotage.newLedger ? { newLedger: sabotage.newLedger } : {}
    this.#allocator = new Allocator(config.terms, { ...defaultAllocatorConfig, ...books, drift, incarnation }, clock)
  }

  /** The region's aggregator, while this process is it. */
  get aggregator(): Aggregator | undefined {
    const office = this.regionElection.office
    if (!office) return undefined
    if (this.#term?.epoch !== office.epoch)
      this.#term = { epoch: office.epoch, aggregator: this.#newAggregator(office.epoch) }
    return this.#term.aggregator
  }

  /** This process is the allocator now. */
  get isAllocator(): boolean {
    return this.allocatorElection.office !== undefined
  }

  /** Asks the elections and sends reports that are due; every 20 ms. */
  poll(): void {
    const regionRequest = this.regionElection.poll()
    if (regionRequest) this.#wires.toRegionKey(regionRequest)
    const allocatorRequest = this.allocatorElection.poll()
    if (allocatorRequest) this.#wires.toAllocatorKey(allocatorRequest)
    const { aggregator } = this
    const report = aggregator?.poll()
    if (!aggregator || !report) return
    this.#wires.toCandidates(this.#config.sabotage.isEarlyAck ? { ...report, force: aggregator.force } : report)
  }

  /** Sends grants that are due; every 50 ms. */
  allocate(): void {
    for (const grant of this.#allocator.allocate(this.allocatorElection.office)) this.#wires.toRegions(grant)
    this.#passDown()
  }

  /** A sidecar's report arrived. */
  receiveFromSidecar(report: LeaseReport): void {
    if (report.ack) this.regionElection.sawEpoch(report.ack.epoch)
    this.aggregator?.receive(report)
  }

  /** A region's report arrived. */
  receiveFromRegion(report: LeaseReport): void {
    if (report.ack) this.allocatorElection.sawEpoch(report.ack.epoch)
    this.#allocator.receive(report, this.allocatorElection.office)
  }

  /** A grant from an allocator arrived. */
  accept(grant: LeaseGrant): void {
    this.allocatorElection.sawEpoch(grant.epoch)
    if (this.aggregator?.accept(grant) === 'applied') this.#passDown()
  }

  #passDown(): void {
    const office = this.regionElection.office
    if (!office) return
    for (const grant of this.aggregator?.allocate(office.deadlineMs) ?? []) this.#wires.toSidecars(grant)
  }

  #newAggregator(epoch: number): Aggregator {
    const { region, terms, drift, sabotage } = this.#config
    const incarnation = `${this.#config.incarnation}/${epoch}`
    const floor = terms.regions.get(region)?.floor ?? NO_SHARE
    const above = new LeaseHolder({ budget: terms.budget, holder: region, incarnation, drift, floor }, this.#clock)
    const books = sabotage.newLedger ? { newLedger: sabotage.newLedger } : {}
    const times = { drift, spare: 0.04, ttlMs: SIDECAR_LEASE_MS, sliceTtlMs: SLICE_MS }
    const below = new LeaseGrantor(
      { ...times, ...books, budget: terms.budget, incarnation, floors: new Map() },
      epoch,
      this.#clock,
      () => ({ floor: NO_SHARE, weight: 1 }),
    )
    return new Aggregator(above, below, this.#clock)
  }
}
