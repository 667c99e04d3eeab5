import type { Clock, Random } from '@spillway/clock'
import type { Aggregator } from './aggregator.ts'
import { Allocator, defaultAllocatorConfig } from './allocator.ts'
import { KeyElection, defaultKeyElectionTimes, type KeyAnswer } from './key-election.ts'
import type { Reception } from './lease-grantor.ts'
import type { RegionNodeConfig } from './region-node-config.ts'
import type { RegionWires } from './region-wires.ts'
import type { Acceptance } from './lease-holder.ts'
import {
  compareGrants,
  isSaneGrantId,
  isSaneHandOver,
  type GrantId,
  type HandOver,
  type LeaseGrant,
  type LeaseReport,
} from './message.ts'
import type { Office, OfficeElection } from './office.ts'
import { NO_SHARE, type Share } from './share.ts'
import { VoteElection, defaultVoteTimes } from './vote-election.ts'
import type { SuccessionClaim, SuccessionMessage } from './region-hand-over.ts'
import { beginTerm, type RegionTerm } from './region-term.ts'
import { Succession } from './succession.ts'
import type { Vote, VoteRequest } from './voter.ts'
import type { TermsConflict } from './agreed-terms.ts'
import type { BudgetTerms } from './terms.ts'

/**
 * One process of a region: a candidate for the region's aggregator and, while it is that, for the allocator of all regions, which
 * the aggregators of the regions elect. Pure: whoever owns it polls it, carries its messages and hands arrivals in.
 */
export class RegionNode {
  readonly regionElection: OfficeElection
  readonly allocatorElection: VoteElection
  readonly #config: RegionNodeConfig
  readonly #clock: Clock
  readonly #wires: RegionWires
  readonly #byKey: KeyElection | undefined
  readonly #byVoters: VoteElection | undefined
  readonly #allocators: ReadonlyMap<string, Allocator>
  /** The newest grant of each budget that a sidecar of this region is known to run on. */
  readonly #latestGrants = new Map<string, GrantId>()
  #terms: ReadonlyMap<string, BudgetTerms>
  readonly #succession: Succession
  #term: RegionTerm | undefined
  /** Of the newest allocator that was heard to leave. */
  #inheritedEpoch = 0
  /** Reports of regions came in since the last pass over them. */
  #hasHeard = false

  constructor(config: RegionNodeConfig, wires: RegionWires, clock: Clock, random: Random) {
    const { incarnation, electionDrift: drift, terms, voters } = config
    this.#config = config
    this.#clock = clock
    this.#wires = wires
    const vote = { ...defaultVoteTimes, drift, candidate: incarnation }
    const regions = new Set(Array.from(terms.values(), (term) => Array.from(term.regions.keys())).flat())
    const election =
      voters.length > 0
        ? new VoteElection({ ...vote, voters }, clock, random)
        : new KeyElection({ ...defaultKeyElectionTimes, drift, incarnation }, clock)
    this.regionElection = election
    this.#byKey = election instanceof KeyElection ? election : undefined
    this.#byVoters = election instanceof VoteElection ? election : undefined
    this.allocatorElection = new VoteElection({ ...vote, voters: [...regions] }, clock, random)
    this.#succession = new Succession(incarnation, drift, clock)
    this.#terms = terms
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

  /** The terms of its budgets have changed in the configuration. Budgets that it did not have before are ignored. */
  configure(terms: ReadonlyMap<string, BudgetTerms>): void {
    this.#terms = new Map([...this.#terms].map(([budget, before]) => [budget, terms.get(budget) ?? before]))
    for (const [budget, own] of this.#terms) {
      this.#allocators.get(budget)?.configure(own)
      this.#aggregators.get(budget)?.configure(this.#floorIn(own))
    }
  }

  /** By budget, the regions that are configured otherwise than this process, as far as it has heard of late. */
  conflicts(): ReadonlyMap<string, readonly TermsConflict[]> {
    return new Map(Array.from(this.#allocators, ([budget, allocator]) => [budget, allocator.conflicts()]))
  }

  /**
   * Asks this process to leave its offices for good. The allocator hands over at the next {@link poll}. The region's aggregator goes on
   * until another process of the region takes over, which it is asked for from now on.
   */
  retire(): void {
    this.allocatorElection.retire()
    this.#succession.leave()
  }

  /** This process has neither office. */
  get isOutOfOffice(): boolean {
    return !this.regionElection.office && !this.isAllocator
  }

  /** Another process of this region speaks of who follows its aggregator. */
  receiveSuccession(message: SuccessionMessage): void {
    switch (message.kind) {
      case 'offer': {
        const claim = this.regionElection.office ? undefined : this.#succession.claim(message)
        if (claim) this.#wires.toOwnRegion(claim)
        return
      }
      case 'claim':
        return this.#leaveTo(message)
      case 'hand_over': {
        const inherited = this.regionElection.office ? undefined : this.#succession.take(message)
        if (inherited) this.regionElection.inherit(message, inherited.until)
      }
    }
  }

  /** The key store answered. */
  receiveKeyAnswer(answer: KeyAnswer): void {
    this.#byKey?.answered(answer)
  }

  /** A voter of this region answered. */
  receiveRegionVote(vote: Vote): void {
    this.#byVoters?.answered(vote)
  }

  /** A region answered whether this process may be allocator. */
  receiveVote(vote: Vote): void {
    this.allocatorElection.answered(vote)
  }

  /** This region's vote on who is allocator. Undefined while another process has it, and when no answer is due. */
  vote(request: VoteRequest): Vote | undefined {
    const { office } = this.regionElection
    const vote = office && this.#termOf(office).voter.handle(request, office.deadlineMs)
    this.allocatorElection.overheard(request, vote)
    return vote
  }

  /** An allocator has left in good order, and this is what it had out. */
  receiveHandOver(handOver: HandOver): void {
    const { commitments, epoch } = handOver
    // One that is late was booked by whoever left after it, or is dead.
    if (!isSaneHandOver(handOver) || epoch < this.#inheritedEpoch) return
    if (!this.allocatorElection.inherit(handOver)) return
    this.#inheritedEpoch = epoch
    for (const [budget, allocator] of this.#allocators) {
      const own = commitments.filter((commitment) => commitment.budget === budget)
      allocator.inherit(own)
    }
  }

  /** Asks the elections and sends the reports that are due. To be called every 20 ms. */
  poll(): void {
    this.#leaveIfAsked()
    const word = this.#succession.poll(this.regionElection.office)
    if (word) this.#wires.toOwnRegion(word)
    const keyRequest = this.#byKey?.poll()
    if (keyRequest) this.#wires.toRegionKey(keyRequest)
    const regionRequest = this.#byVoters?.poll(true)
    if (regionRequest) this.#wires.toRegionVoters(regionRequest)
    const request = this.allocatorElection.poll(this.regionElection.office !== undefined)
    if (request) this.#wires.toAllRegions(request)
    this.#passDownIfAsked()
    const { region } = this.#config
    const due = [...this.#aggregators].flatMap(([budget, aggregator]) => {
      const allocator = this.#allocators.get(budget)
      return aggregator.poll((areSlicesKnown) => allocator?.termsReport(region, areSlicesKnown)) ?? []
    })
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
    for (const report of reports) this.#noteWork(report)
    const aggregators = this.#aggregators
    if (aggregators.size === 0) return []
    return reports.map((report) => aggregators.get(report.budget)?.receive(report) ?? 'foreign')
  }

  /** Reports of a region arrived. Says what became of each; nothing while another process is allocator. */
  receiveFromRegion(reports: readonly LeaseReport[]): Reception[] {
    this.#hasHeard = true
    for (const report of reports) if (report.ack) this.allocatorElection.sawEpoch(report.ack.epoch)
    const { office } = this.allocatorElection
    const results = reports.map((report) => this.#allocators.get(report.budget)?.receive(report, office) ?? 'foreign')
    return office ? results : []
  }

  /** Grants of an allocator arrived. What they change is passed on at once. Says what became of each; nothing without office. */
  accept(grants: readonly LeaseGrant[]): Acceptance[] {
    for (const grant of grants) this.allocatorElection.sawEpoch(grant.epoch)
    const aggregators = this.#aggregators
    if (aggregators.size === 0) return []
    const results = grants.map((grant) => aggregators.get(grant.budget)?.accept(grant) ?? 'foreign')
    this.#passDownIfAsked()
    return results
  }

  /** From here on this process issues nothing in the region's name, and says what is out. */
  #leaveTo(claim: SuccessionClaim): void {
    const { office } = this.regionElection
    if (!office || !this.#succession.accepts(claim)) return
    const { aggregators, voter } = this.#termOf(office)
    const officeMs = Math.max(0, office.deadlineMs - this.#clock.nowMs())
    const left = this.regionElection.leave()
    if (!left) return
    const budgets = Array.from(aggregators, ([budget, aggregator]) => aggregator.handOver(budget))
    const answer = { kind: 'hand_over', heir: claim.heir, anchor: claim.seq, officeMs, voter: voter.state } as const
    const whole = this.#succession.handOver({ ...left, ...answer, budgets })
    if (whole) this.#wires.toOwnRegion(whole)
  }

  #leaveIfAsked(): void {
    const { office } = this.allocatorElection
    const left = this.allocatorElection.takeLeave()
    if (!left || !office) return
    const commitments = [...this.#allocators.values()].flatMap((allocator) => allocator.handOver(office))
    this.#wires.handOver({ ...left, commitments })
  }

  /** A grant newer than all before it is in force at a sidecar: whoever made it was in office. */
  #noteWork({ budget, ack }: LeaseReport): void {
    if (!ack || !isSaneGrantId(ack)) return
    this.regionElection.sawEpoch(ack.epoch)
    const latest = this.#latestGrants.get(budget)
    if (latest && compareGrants(latest, ack) >= 0) return
    if (!this.#config.terms.has(budget)) return
    this.#latestGrants.set(budget, ack)
    this.#byKey?.sawWork(ack.epoch)
  }

  #passToRegions(): void {
    this.#hasHeard = false
    const office = this.allocatorElection.office
    if (!office) return
    const grants = [...this.#allocators.values()].flatMap((allocator) => allocator.allocate(office))
    for (const [region, own] of Map.groupBy(grants, (grant) => grant.holder)) this.#wires.toRegion(region, own)
  }

  #passDownIfAsked(): void {
    if ([...this.#aggregators.values()].some(({ isAsked }) => isAsked)) this.#passDown()
  }

  #passDown(): void {
    const office = this.regionElection.office
    if (!office) return
    const grants = [...this.#aggregators.values()].flatMap((aggregator) => aggregator.allocate(office.deadlineMs))
    for (const own of byReceiver(grants, this.#aggregators.size)) if (own[0]) this.#wires.toSidecar(own[0].holder, own)
  }

  get #aggregators(): ReadonlyMap<string, Aggregator> {
    const { office } = this.regionElection
    return office ? this.#termOf(office).aggregators : NO_AGGREGATORS
  }

  #termOf({ epoch }: Office): RegionTerm {
    if (this.#term?.epoch === epoch) return this.#term
    const { region } = this.#config
    this.#term = beginTerm(epoch, {
      config: this.#config,
      terms: this.#terms,
      reservedFor: (budget) => this.#allocators.get(budget)?.reservedFor(region) ?? NO_SHARE,
      inheritance: this.regionElection.isHeir ? this.#succession.inheritance : undefined,
      clock: this.#clock,
    })
    return this.#term
  }

  #floorIn({ regions }: BudgetTerms): Share {
    return regions.get(this.#config.region)?.floor ?? NO_SHARE
  }

  #newAllocator(terms: BudgetTerms): Allocator {
    const { incarnation, drift, spare, newLedger, newAgreement } = this.#config
    const books = { ...(newLedger && { newLedger }), ...(newAgreement && { newAgreement }) }
    return new Allocator(terms, { ...defaultAllocatorConfig, ...books, incarnation, drift, spare }, this.#clock)
  }
}

/** The grants of each sidecar, for one message. With one budget only each has a message of its own anyway. */
function byReceiver(grants: readonly LeaseGrant[], budgets: number): Iterable<readonly LeaseGrant[]> {
  if (budgets === 1) return grants.map((grant) => [grant])
  return Map.groupBy(grants, (grant) => `${grant.holder}\n${grant.incarnation}`).values()
}

const NO_AGGREGATORS: ReadonlyMap<string, Aggregator> = new Map()
