import {
  LeasedBudget,
  NO_SHARE,
  RegionNode,
  defaultElectionTimes,
  defaultLeasedBudgetConfig,
  defaultRegionNodeConfig,
  type BudgetTerms,
  type Election,
  type KeyRequest,
  type LeaseGrant,
  type LeaseReport,
  type Share,
} from '@spillway/budget'
import { ManualClock, type Random } from '@spillway/clock'
import { DriftingClock } from '../drifting-clock.ts'
import { PromiseChecker } from '../promise-checker.ts'
import { VirtualNetwork, regionOf, type LinkConditions } from '../virtual-network.ts'
import type { Sabotage } from './sabotage.ts'
import { VirtualKey } from './virtual-key.ts'

/** A fleet to simulate. */
export interface WorldConfig {
  readonly regions: number
  readonly sidecars: number
  /** Processes in each region that may become its aggregator, and the allocator. */
  readonly processes: number
  readonly budget: Share
  /** Part of the budget that is split into region floors. */
  readonly floors: number
  /** Largest difference between any two clocks, as a fraction. */
  readonly drift: number
  readonly between: LinkConditions
  readonly inside: LinkConditions
  /** Conditions of single links; undefined for those of the two above. */
  readonly link?: (from: string, to: string) => LinkConditions | undefined
  /** Units per second that each sidecar is asked for, by tier, at a true time. */
  readonly demand: (region: number, sidecar: number, nowMs: number) => readonly number[]
  readonly sabotage: Sabotage
}

/** A machine that can be paused; what arrives meanwhile is lost. */
export interface Machine {
  readonly name: string
  readonly region: number
  readonly clock: DriftingClock
  /** True time at which it goes on; 0 while it runs. */
  pausedUntilMs: number
}

/** A machine that runs a sidecar. */
export interface SidecarMachine extends Machine {
  readonly index: number
  /** True times at which its latest reports were sent, by number. */
  readonly sentMs: Map<number, number>
  budget: LeasedBudget
}

/** A machine that runs a region's process. */
export interface RegionMachine extends Machine {
  process: RegionNode
}

const STEP_MS = 10
const POLL_MS = 20
const ALLOCATE_MS = 50
const KEY_TIMEOUT_MS = 1_000

/**
 * Regions of sidecars that share one budget, in virtual time, through a network that loses, doubles, delays and reorders. The
 * very classes that the sidecar runs do the deciding; this carries their messages and asks for admission.
 */
export class BudgetWorld {
  readonly truth = new ManualClock(1_000_000)
  readonly checker: PromiseChecker
  readonly network: VirtualNetwork
  readonly sidecars: SidecarMachine[] = []
  readonly processes: RegionMachine[] = []
  /** Lies at a place of its own: `key`. */
  readonly allocatorKey: VirtualKey
  readonly allocatorKeyClock: DriftingClock
  readonly offeredByTier = [0, 0, 0, 0]
  readonly admittedByTier = [0, 0, 0, 0]
  readonly #config: WorldConfig
  readonly #random: Random
  readonly #terms: BudgetTerms
  readonly #regionKeys: VirtualKey[] = []
  #incarnations = 0

  constructor(config: WorldConfig, random: Random) {
    this.#config = config
    this.#random = random
    this.checker = new PromiseChecker(config.budget.rate, config.budget.burst)
    this.network = new VirtualNetwork(
      this.truth,
      random,
      (from, to) => config.link?.(from, to) ?? (regionOf(from) === regionOf(to) ? config.inside : config.between),
    )
    this.#terms = { budget: 'b', share: config.budget, regions: this.#regionTerms() }
    this.allocatorKeyClock = this.#newClock()
    this.allocatorKey = new VirtualKey(defaultElectionTimes.ttlMs, this.allocatorKeyClock)
    for (let region = 0; region < config.regions; region++) this.#addRegion(region)
  }

  /** Runs one step of 10 ms. False when the promise was broken in it. */
  step(): boolean {
    this.truth.advance(STEP_MS)
    const nowMs = this.truth.nowMs()
    for (const machine of this.processes) {
      if (machine.pausedUntilMs > nowMs) continue
      if (nowMs % POLL_MS === 0) machine.process.poll()
      if (nowMs % ALLOCATE_MS === 0) machine.process.allocate()
    }
    let isKept = true
    for (const sidecar of this.sidecars) {
      if (sidecar.pausedUntilMs > nowMs) continue
      isKept = this.#serve(sidecar, nowMs) && isKept
      if (nowMs % POLL_MS === 0) this.#report(sidecar)
    }
    return isKept
  }

  /** What a region has in force, as its aggregator sees it. */
  force(region: number): Share {
    const machine = this.processes.find((each) => each.region === region && each.process.aggregator('b'))
    return machine?.process.aggregator('b')?.force ?? NO_SHARE
  }

  /** The machine dies and comes back at once as a new incarnation that knows nothing. */
  restart(machine: SidecarMachine | RegionMachine): void {
    if ('budget' in machine) machine.budget = this.#newBudget(machine)
    else machine.process = this.#newProcess(machine)
  }

  #serve(sidecar: SidecarMachine, nowMs: number): boolean {
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

  #report(sidecar: SidecarMachine): void {
    const report = sidecar.budget.poll()
    if (!report) return
    sidecar.sentMs.set(report.seq, this.truth.nowMs())
    sidecar.sentMs.delete(report.seq - 64)
    for (const machine of this.processes) {
      if (machine.region !== sidecar.region) continue
      this.#carry(sidecar, machine, () => machine.process.receiveFromSidecar([report]))
    }
  }

  #carry(from: Machine, to: Machine, deliver: () => void): void {
    this.network.send(from.name, to.name, () => {
      if (to.pausedUntilMs <= this.truth.nowMs()) deliver()
    })
  }

  #addRegion(region: number): void {
    this.#regionKeys.push(new VirtualKey(defaultElectionTimes.ttlMs, this.#newClock()))
    for (let slot = 0; slot < this.#config.processes; slot++) {
      const machine = { name: `${regionName(region)}.p${slot}`, region, clock: this.#newClock(), pausedUntilMs: 0 }
      this.processes.push({ ...machine, process: this.#newProcess(machine) })
    }
    for (let index = 0; index < this.#config.sidecars; index++) {
      const machine = {
        name: `${regionName(region)}.s${index}`,
        region,
        index,
        clock: this.#newClock(),
        pausedUntilMs: 0,
        sentMs: new Map(),
      }
      this.sidecars.push({ ...machine, budget: this.#newBudget(machine) })
    }
  }

  #newBudget({ name, clock }: Machine): LeasedBudget {
    const { drift } = this.#config
    const identity = { budget: 'b', holder: name, incarnation: `i${++this.#incarnations}`, floor: NO_SHARE }
    return new LeasedBudget({ ...defaultLeasedBudgetConfig, ...identity, drift, refillDrift: drift }, clock)
  }

  #newProcess(machine: Machine): RegionNode {
    const { region, clock } = machine
    const find = (): RegionMachine | undefined => this.processes.find((each) => each.name === machine.name)
    const incarnation = `i${++this.#incarnations}`
    const { drift, sabotage } = this.#config
    const rules = { drift, electionDrift: sabotage.electionDrift ?? drift }
    const books = sabotage.newLedger ? { newLedger: sabotage.newLedger } : {}
    const terms = new Map([[this.#terms.budget, this.#terms]])
    return new RegionNode(
      { ...defaultRegionNodeConfig, ...rules, ...books, region: regionName(region), incarnation, terms },
      {
        toRegionKey: (request) =>
          this.#ask(find(), `${regionName(region)}.key`, this.#regionKeys[region], request, 'regionElection'),
        toAllocatorKey: (request) => this.#ask(find(), 'key', this.allocatorKey, request, 'allocatorElection'),
        toCandidates: (reports) => {
          const sent = sabotage.isEarlyAck ? reports.map((report) => this.#claimEarly(report, find())) : reports
          for (const other of this.processes) this.#carry(machine, other, () => other.process.receiveFromRegion(sent))
        },
        toRegion: (region, grants) => {
          for (const other of this.processes) {
            if (regionName(other.region) === region) this.#carry(machine, other, () => other.process.accept(grants))
          }
        },
        toSidecar: (name, grants) => {
          const sidecar = this.sidecars.find((each) => each.name === name)
          if (sidecar) this.#carry(machine, sidecar, () => this.#accept(sidecar, grants))
        },
      },
      clock,
    )
  }

  #accept(sidecar: SidecarMachine, grants: readonly LeaseGrant[]): void {
    for (const grant of grants) sidecar.budget.accept(this.#tamper(grant, sidecar))
  }

  #tamper(grant: LeaseGrant, sidecar: SidecarMachine): LeaseGrant {
    const { isAnchoredLate, isUncontained } = this.#config.sabotage
    const lagMs = this.truth.nowMs() - (sidecar.sentMs.get(grant.anchor) ?? this.truth.nowMs())
    const ttlMs = isUncontained ? defaultRegionNodeConfig.sidecarLeaseMs : grant.ttlMs
    return { ...grant, ttlMs: ttlMs + (isAnchoredLate ? lagMs : 0) }
  }

  #claimEarly(report: LeaseReport, from: RegionMachine | undefined): LeaseReport {
    return { ...report, force: from?.process.aggregator(report.budget)?.force ?? report.force }
  }

  #ask(
    from: RegionMachine | undefined,
    place: string,
    key: VirtualKey | undefined,
    request: KeyRequest,
    role: 'regionElection' | 'allocatorElection',
  ): void {
    if (!from || !key) return
    const election: Election = from.process[role]
    let isHandled = false
    let isAnswered = false
    this.network.send(from.name, place, () => {
      if (isHandled) return
      isHandled = true
      const answer = key.handle(request)
      this.network.send(place, from.name, () => {
        if (isAnswered || from.process[role] !== election || from.pausedUntilMs > this.truth.nowMs()) return
        isAnswered = true
        election.answered(answer)
      })
    })
    this.truth.schedule(KEY_TIMEOUT_MS, () => {
      if (isAnswered || from.process[role] !== election) return
      isAnswered = true
      election.answered({ kind: 'unknown' })
    })
  }

  #newClock(): DriftingClock {
    const rate = 1 + (this.#config.drift / 2) * (2 * this.#random.next() - 1)
    return new DriftingClock(this.truth, rate, this.#config.sabotage.isWallBlind)
  }

  #regionTerms(): BudgetTerms['regions'] {
    const { regions, floors, budget } = this.#config
    const floor = { rate: (budget.rate * floors) / regions, burst: (budget.burst * floors) / regions }
    return new Map(Array.from({ length: regions }, (_, region) => [regionName(region), { floor, weight: 1 }]))
  }
}

function regionName(region: number): string {
  return `r${region}`
}

/** Knuth's method; for small means only. */
function poisson(mean: number, random: Random): number {
  const limit = Math.exp(-mean)
  let count = 0
  for (let product = random.next(); product > limit; product *= random.next()) count++
  return count
}
