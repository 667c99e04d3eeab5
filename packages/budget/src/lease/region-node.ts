import type { Clock } from '@spillway/clock'
import { Aggregator } from './aggregator.ts'
import { Allocator, defaultAllocatorConfig, type BudgetTerms } from './allocator.ts'
import type { Ledger } from './commit-ledger.ts'
import { Election, defaultElectionTimes, type KeyRequest } from './election.ts'
import { LeaseGrantor, type Reception } from './lease-grantor.ts'
import { LeaseHolder, type Acceptance } from './lease-holder.ts'
import { isSaneHandOver, type HandOver, type LeaseGrant, type LeaseReport } from './message.ts'
import { NO_SHARE } from './share.ts'

/** How a region's process reaches the others. Nothing here waits for an answer. */
export interface RegionWires {
  /** For the key that the region's processes compete for. The answer goes to `regionElection`. */
  toRegionKey(request: KeyRequest): void
  /** For the key that all candidates compete for. The answer goes to `allocatorElection`. */
  toAllocatorKey(request: KeyRequest): void
  /** To every candidate for allocator. */
  toCandidates(reports: readonly LeaseReport[]): void
  /** To the processes of one region. */
  toRegion(region: string, grants: readonly LeaseGrant[]): void
  toSidecar(sidecar: string, grants: readonly LeaseGrant[]): void
  /** To every candidate, when an allocator leaves in good order. Left out: the next one waits until all leases are dead. */
  handOver?(handOver: HandOver): void
}

/** What a region's process is told. Times in milliseconds. */
export interface RegionNodeConfig {
  readonly region: string
  readonly incarnation: string
  /** The shared budgets, by name. */
  readonly terms: ReadonlyMap<string, BudgetTerms>
  /** Largest relative difference between the rates of any two clocks (ρ). */
  readonly drift: number
  /** The difference that elections reckon with; never smaller than `drift` but to see a simulation fail. */
  readonly electionDrift: number
  readonly sidecarLeaseMs: number
  /** How long a sidecar's slice of the region's floor outlives its lease. */
  readonly sliceMs: number
  /** Fraction kept back at each level for instant growth. */
  readonly spare: number
  /** See `LeaseGrantorConfig.newLedger`. */
  readonly newLedger?: () => Ledger
}

/** Defaults beside the type. */
export const defaultRegionNodeConfig = {
  drift: 0.02,
  electionDrift: 0.02,
  sidecarLeaseMs: 3_000,
  sliceMs: 30_000,
  spare: 0.04,
} as const

/** A term of office as the region's aggregator. */
interface Term {
  readonly epoch: number
  readonly aggregators: ReadonlyMap<string, Aggregator>
}

/**
 * One process of a region: a candidate for the region's aggregator and for the allocator of all regions, and whichever of them
 * it was elected. Pure: whoever owns it polls it, carries its messages and hands arrivals in.
 */
export class RegionNode {
  readonly regionElection: Election
  readonly allocatorElection: Election
  readonly #config: RegionNodeConfig
  readonly #clock: Clock
  readonly #wires: RegionWires
  readonly #allocators: ReadonlyMap<string, Allocator>
  #term: Term | undefined
  /** Reports of regions came in since the last pass over them. */
  #hasHeard = false

  constructor(config: RegionNodeConfig, wires: RegionWires, clock: Clock) {
    const { incarnation, electionDrift, terms } = config
    this.#config = config
    this.#clock = clock
    this.#wires = wires
    const times = { ...defaultElectionTimes, drift: electionDrift, incarnation }
    this.regionElection = new Election(times, clock)
    this.allocatorElection = new Election(times, clock)
    this.#allocators = new Map([...terms].map(([budget, term]) => [budget, this.#newAllocator(term)]))
  }

  /** The region's aggregator of that budget, while this process is it. */
  aggregator(budget: string): Aggregator | undefined {
    return this.#aggregators.get(budget)
  }

  /** This process is the allocator now. */
  get isAllocator(): boolean {
    return this.allocatorElection.office !== undefined
  }

  /** Asks this process not to be allocator any more: it hands over at the next {@link poll}, and never stands again. */
  retire(): void {
    this.allocatorElection.retire()
  }

  /** An allocator has left in good order, and this is what it had out. */
  receiveHandOver(handOver: HandOver): void {
    if (!isSaneHandOver(handOver)) return
    const { epoch, revision, commitments } = handOver
    if (!this.allocatorElection.inherit(epoch, revision)) return
    for (const commitment of commitments) this.#allocators.get(commitment.budget)?.inherit(commitment)
  }

  /** Asks the elections and sends the reports that are due. To be called every 20 ms. */
  poll(): void {
    const left = this.allocatorElection.takeLeave()
    if (left) {
      const commitments = [...this.#allocators.values()].flatMap((allocator) => allocator.handOver())
      this.#wires.handOver?.({ ...left, commitments })
    }
    const regionRequest = this.regionElection.poll()
    if (regionRequest) this.#wires.toRegionKey(regionRequest)
    const allocatorRequest = this.allocatorElection.poll()
    if (allocatorRequest) this.#wires.toAllocatorKey(allocatorRequest)
    const due = [...this.#aggregators.values()].flatMap((aggregator) => aggregator.poll() ?? [])
    if (due.length > 0) this.#wires.toCandidates(due)
    if (this.#hasHeard) this.#passToRegions()
  }

  /** Shares out and sends the grants that are due. To be called every 50 ms. */
  allocate(): void {
    this.#passToRegions()
    this.#passDown()
  }

  /** Reports of a sidecar of this region arrived. Says what became of each; nothing while another process is in office. */
  receiveFromSidecar(reports: readonly LeaseReport[]): Reception[] {
    for (const report of reports) if (report.ack) this.regionElection.sawEpoch(report.ack.epoch)
    const aggregators = this.#aggregators
    if (aggregators.size === 0) return []
    return reports.map((report) => aggregators.get(report.budget)?.receive(report) ?? 'foreign')
  }

  /** Reports of a region arrived. Says what became of each; nothing while another process is allocator. */
  receiveFromRegion(reports: readonly LeaseReport[]): Reception[] {
    this.#hasHeard = true
    for (const report of reports) if (report.ack) this.allocatorElection.sawEpoch(report.ack.epoch)
    const { office } = this.allocatorElection
    if (!office) return []
    return reports.map((report) => this.#allocators.get(report.budget)?.receive(report, office) ?? 'foreign')
  }

  /** Grants of an allocator arrived. They are passed on at once. Says what became of each; nothing without office. */
  accept(grants: readonly LeaseGrant[]): Acceptance[] {
    for (const grant of grants) this.allocatorElection.sawEpoch(grant.epoch)
    const aggregators = this.#aggregators
    if (aggregators.size === 0) return []
    const results = grants.map((grant) => aggregators.get(grant.budget)?.accept(grant) ?? 'foreign')
    if (results.includes('applied')) this.#passDown()
    return results
  }

  #passToRegions(): void {
    this.#hasHeard = false
    const office = this.allocatorElection.office
    if (!office) return
    const grants = [...this.#allocators.values()].flatMap((allocator) => allocator.allocate(office))
    for (const [region, own] of Map.groupBy(grants, (grant) => grant.holder)) this.#wires.toRegion(region, own)
  }

  #passDown(): void {
    const office = this.regionElection.office
    if (!office) return
    const grants = [...this.#aggregators.values()].flatMap((aggregator) => aggregator.allocate(office.deadlineMs))
    const byReceiver = Map.groupBy(grants, (grant) => `${grant.holder}\n${grant.incarnation}`)
    for (const own of byReceiver.values()) if (own[0]) this.#wires.toSidecar(own[0].holder, own)
  }

  get #aggregators(): ReadonlyMap<string, Aggregator> {
    const epoch = this.regionElection.office?.epoch
    if (epoch === undefined) return NO_AGGREGATORS
    if (this.#term?.epoch !== epoch) {
      const entries = [...this.#config.terms.values()].map(
        (terms) => [terms.budget, this.#newAggregator(terms, epoch)] as const,
      )
      this.#term = { epoch, aggregators: new Map(entries) }
    }
    return this.#term.aggregators
  }

  #newAllocator(terms: BudgetTerms): Allocator {
    const { incarnation, drift, spare, newLedger } = this.#config
    const books = newLedger ? { newLedger } : {}
    return new Allocator(terms, { ...defaultAllocatorConfig, ...books, incarnation, drift, spare }, this.#clock)
  }

  #newAggregator(terms: BudgetTerms, epoch: number): Aggregator {
    const { region, drift, spare, sidecarLeaseMs, sliceMs, newLedger } = this.#config
    const { budget } = terms
    const incarnation = `${this.#config.incarnation}/${epoch}`
    const floor = terms.regions.get(region)?.floor ?? NO_SHARE
    const above = new LeaseHolder({ budget, holder: region, incarnation, drift, floor }, this.#clock)
    const books = newLedger ? { newLedger } : {}
    const below = new LeaseGrantor(
      {
        ...books,
        budget,
        incarnation,
        drift,
        spare,
        ttlMs: sidecarLeaseMs,
        sliceTtlMs: sliceMs,
        hasPot: true,
        worthwhile: 0.05,
        floors: new Map(),
      },
      epoch,
      this.#clock,
      () => ({ floor: NO_SHARE, weight: 1 }),
    )
    return new Aggregator(above, below, this.#clock)
  }
}

const NO_AGGREGATORS: ReadonlyMap<string, Aggregator> = new Map()
