import {
  LeasedBudget,
  NO_SHARE,
  RegionNode,
  defaultAllocatorConfig,
  defaultKeyElectionTimes,
  defaultLeasedBudgetConfig,
  defaultRegionNodeConfig,
  type KeyRequest,
  type LeaseGrant,
  type LeaseReport,
  type RegionWires,
  type Share,
  type Vote,
} from '@spillway/budget'
import { SeededRandom, type Random } from '@spillway/clock'
import { DriftingClock } from '../drifting-clock.ts'
import { EventClock } from '../event-clock.ts'
import { AllowedTerms } from './allowed-terms.ts'
import { breakableOf } from './breakable.ts'
import { PromiseChecker } from '../promise-checker.ts'
import { VirtualNetwork, isInside } from '../virtual-network.ts'
import type { Breakable, Fleet, Traffic } from './fleet.ts'
import { OpenLoad, type Tally } from './open-load.ts'
import { askKey } from './key-errand.ts'
import {
  newVoter,
  runProcess,
  sidecarMachine,
  type Machine,
  type RegionKey,
  type RegionMachine,
  type SidecarMachine,
} from './machine.ts'
import {
  promiseAll,
  reportsTo,
  sabotagedRules,
  tamperedGrants,
  tamperedReport,
  tamperedSuccession,
} from './sabotage.ts'
import { Patience } from './patience.ts'
import { Tampering } from './tampering.ts'
import { VirtualKey } from './virtual-key.ts'
import { USUAL_PACE, type WorldConfig, type WorldPace } from './world-config.ts'
import { budgetTerms, regionName, type WorldTerms } from './world-terms.ts'

type ElectionWire = 'toRegionKey' | 'toRegionVoters' | 'toAllRegions' | 'toOwnRegion' | 'handOver'

/**
 * Regions of sidecars that share one budget, in virtual time, through a network that loses, doubles, delays and reorders. The
 * very classes that the sidecar runs do the deciding; this carries their messages and asks for admission.
 */
export class BudgetWorld implements Fleet {
  readonly truth = new EventClock(1_000_000)
  readonly checker: PromiseChecker
  readonly network: VirtualNetwork
  readonly sidecars: SidecarMachine[] = []
  readonly processes: RegionMachine[] = []
  /** The key of each region; it lies in its region. */
  readonly regionKeys: RegionKey[] = []
  readonly stepMs: number
  readonly #config: WorldConfig
  readonly #pace: WorldPace
  readonly #random: Random
  readonly #load: OpenLoad
  readonly #tampering: Tampering
  readonly #terms: WorldTerms
  readonly #allowed: AllowedTerms
  readonly #sidecarsByName = new Map<string, SidecarMachine>()
  readonly #processesOf: RegionMachine[][] = []
  #incarnations = 0
  readonly #patience: Patience
  #isChanging = false
  readonly #traffic = { inside: 0, between: 0, insideCopies: 0, betweenCopies: 0 }

  constructor(config: WorldConfig, random: Random) {
    this.#config = config
    this.#pace = config.pace ?? USUAL_PACE
    this.stepMs = this.#pace.stepMs
    this.#random = random
    this.#tampering = new Tampering(config.sabotage)
    this.#load = new OpenLoad(config.demand, new SeededRandom(Math.floor(random.next() * 2 ** 31)))
    this.checker = new PromiseChecker(config.budget.rate, config.budget.burst)
    this.#patience = new Patience(config, this, (sidecar) => this.#report(sidecar))
    this.network = new VirtualNetwork(
      this.truth,
      random,
      (from, to) => config.link?.(from, to) ?? (isInside(from, to) ? config.inside : config.between),
    )
    const { regions, floors, budget, drift } = config
    this.#terms = { budget, floors: Array.from({ length: regions }, () => floors / regions) }
    const longestMs = Math.max(defaultAllocatorConfig.ttlMs, config.sliceMs ?? defaultRegionNodeConfig.sliceMs)
    this.#allowed = new AllowedTerms(longestMs * (1 + 2 * drift))
    for (let region = 0; region < config.regions; region++) this.#addRegion(region)
  }

  get nowMs(): number {
    return this.truth.nowMs()
  }

  get tally(): Tally {
    return this.#load.tally
  }

  get traffic(): Traffic {
    return this.#traffic
  }

  get breakable(): Breakable {
    return breakableOf(this)
  }

  /** Runs one step. False when the promise was broken in it. */
  step(): boolean {
    const { stepMs, processMs, reportMs } = this.#pace
    for (let passedMs = 0; passedMs < stepMs; passedMs += processMs) {
      this.truth.advance(processMs)
      for (const machine of this.processes) runProcess(machine, this.#pace, this.nowMs)
    }
    const nowMs = this.truth.nowMs()
    const isPolling = nowMs % reportMs === 0
    if (this.#isChanging) this.#allowed.apply(this.processes, nowMs, this.checker)
    let isKept = this.#patience.wasKept()
    for (const sidecar of this.sidecars) {
      if (sidecar.pausedUntilMs > nowMs) continue
      const take = (calls: number, tier: number): number => this.#patience.take(sidecar, calls, tier)
      isKept = this.#load.serve(sidecar.region, sidecar.index, nowMs, stepMs, take, this.checker) && isKept
      if (isPolling) this.#report(sidecar)
    }
    return isKept
  }

  heldRate(region: number): number {
    const { sidecars } = this.#config
    const held = ({ pausedUntilMs, budget }: SidecarMachine): number =>
      pausedUntilMs <= this.nowMs ? budget.force.rate : 0
    return this.sidecars.slice(region * sidecars, (region + 1) * sidecars).reduce((sum, one) => sum + held(one), 0)
  }

  killSidecar(region: number, index: number): void {
    const machine = this.sidecars[region * this.#config.sidecars + index]
    if (machine) machine.pausedUntilMs = Number.POSITIVE_INFINITY
  }

  /** The machine whose process is the region's aggregator; undefined while there is none that runs. */
  aggregator(region: number): RegionMachine | undefined {
    return this.processes.find(
      (each) => each.region === region && each.pausedUntilMs <= this.nowMs && each.process.regionElection.office,
    )
  }

  /** What a region has in force, as its aggregator sees it. */
  force(region: number): Share {
    return this.aggregator(region)?.process.aggregator('b')?.force ?? NO_SHARE
  }

  /** The machine dies and comes back at once as a new incarnation that knows nothing. */
  restart(machine: SidecarMachine | RegionMachine): void {
    if ('budget' in machine) machine.budget = this.#newBudget(machine)
    else {
      machine.configured = machine.written
      machine.process = this.#newProcess(machine, machine.configured)
      machine.voter = newVoter(machine, this.#config)
    }
  }

  /** The settings file of a process is edited, and the process told. It reads it when it runs. */
  configure(machine: RegionMachine, terms: WorldTerms): void {
    machine.written = terms
    this.#isChanging = true
  }

  /** The sidecar ends in good order: it gives back what it holds. It comes back by {@link restart}. */
  end(sidecar: SidecarMachine): void {
    const last = this.#tampering.end(sidecar.budget)
    if (last && sidecar.pausedUntilMs <= this.nowMs) this.#tell(sidecar, last)
  }

  #report(sidecar: SidecarMachine): void {
    const due = sidecar.budget.poll()
    if (due) this.#tell(sidecar, this.#tampering.report(sidecar.budget, due, this.nowMs))
  }

  #tell(sidecar: SidecarMachine, report: LeaseReport): void {
    const processes = this.#processesOf[sidecar.region] ?? []
    this.#count('inside', processes.length)
    for (const machine of processes) {
      this.#carry(sidecar, machine, () => {
        const isBlind = this.#config.sabotage.isBlindToWork && !machine.process.regionElection.office
        machine.process.receiveFromSidecar([isBlind ? { ...report, ack: undefined } : report])
      })
    }
  }

  #count(kind: 'inside' | 'between', copies: number): void {
    this.#traffic[kind]++
    this.#traffic[`${kind}Copies`] += copies
  }

  #carry(from: Machine, to: Machine, deliver: () => void): void {
    this.network.send(from.name, to.name, () => {
      if (to.pausedUntilMs <= this.truth.nowMs()) deliver()
    })
  }

  #addRegion(region: number): void {
    const keyClock = this.#newClock()
    this.regionKeys.push({ key: new VirtualKey(defaultKeyElectionTimes.ttlMs, keyClock), clock: keyClock })
    const own: RegionMachine[] = []
    for (let slot = 0; slot < this.#config.processes; slot++) {
      const machine = { name: `${regionName(region)}.p${slot}`, region, clock: this.#newClock(), pausedUntilMs: 0 }
      const parts = { process: this.#newProcess(machine, this.#terms), voter: newVoter(machine, this.#config) }
      const whole = { ...machine, ...parts, written: this.#terms, configured: this.#terms }
      this.processes.push(whole)
      own.push(whole)
    }
    this.#processesOf.push(own)
    for (let index = 0; index < this.#config.sidecars; index++) {
      const machine = sidecarMachine(region, index, this.#newClock(), this.#config)
      const whole = { ...machine, budget: this.#newBudget(machine) }
      this.sidecars.push(whole)
      this.#sidecarsByName.set(machine.name, whole)
    }
  }

  #newBudget({ name, clock }: Machine): LeasedBudget {
    const { drift, clockSpread } = this.#config
    const identity = { budget: 'b', holder: name, incarnation: `i${++this.#incarnations}` }
    return new LeasedBudget(
      { ...defaultLeasedBudgetConfig, ...identity, drift, refillDrift: clockSpread ?? drift },
      clock,
    )
  }

  #newProcess(machine: Machine, configured: WorldTerms): RegionNode {
    const { region, clock } = machine
    const find = (): RegionMachine | undefined => this.processes.find((each) => each.name === machine.name)
    const incarnation = `i${++this.#incarnations}`
    const rules = sabotagedRules(this.#config.sabotage, this.#config.drift, clock)
    const terms = new Map([['b', budgetTerms(configured)]])
    const slices = this.#config.sliceMs === undefined ? {} : { sliceMs: this.#config.sliceMs }
    const slots = this.#config.hasVoters ? [...Array(this.#config.processes).keys()] : []
    const voters = slots.map((slot) => `${regionName(region)}.p${slot}`)
    return new RegionNode(
      { ...defaultRegionNodeConfig, ...slices, ...rules, region: regionName(region), incarnation, voters, terms },
      { ...this.#electionWires(machine, find), ...this.#leaseWires(machine, find) },
      clock,
      this.#random,
    )
  }

  #electionWires(machine: Machine, find: () => RegionMachine | undefined): Pick<RegionWires, ElectionWire> {
    return {
      toRegionKey: (request) => this.#ask(find(), request),
      toRegionVoters: (request) => {
        for (const other of this.#processesOf[machine.region] ?? []) {
          const handle = (): Vote | undefined => other.voter.handle(request)
          this.#poll(machine, other, handle, (vote) => find()?.process.receiveRegionVote(vote))
        }
      },
      toAllRegions: (request) => {
        this.#count('between', this.#config.regions - 1)
        for (const other of this.processes) {
          const handle = (): Vote | undefined => other.process.vote(request)
          this.#poll(machine, other, handle, (vote) => find()?.process.receiveVote(vote))
        }
      },
      toOwnRegion: (message) => {
        const said = tamperedSuccession(message, this.#config.sabotage)
        for (const other of this.#processesOf[machine.region] ?? []) {
          if (other.name !== machine.name) this.#carry(machine, other, () => other.process.receiveSuccession(said))
        }
      },
      handOver: (whole) => {
        this.#count('between', this.#config.regions - 1)
        const told = this.#config.sabotage.isLedgerForgotten ? { ...whole, commitments: [] } : whole
        for (const other of this.processes) this.#carry(machine, other, () => other.process.receiveHandOver(told))
      },
    }
  }

  #leaseWires(machine: Machine, find: () => RegionMachine | undefined): Omit<RegionWires, ElectionWire> {
    const { doorman } = this.#config.sabotage
    return {
      toCandidates: (reports) => {
        const { sabotage } = this.#config
        const force = find()?.process.aggregator('b')?.force
        const sent = reports.map((report) => tamperedReport(report, force, sabotage))
        doorman?.heard(reports)
        this.#count('between', this.#config.regions - 1)
        for (const other of this.processes) {
          this.#carry(machine, other, () => other.process.receiveFromRegion(reportsTo(other.process, sent, sabotage)))
        }
      },
      toRegion: (to, grants) => {
        if (to !== regionName(machine.region)) this.#count('between', 1)
        const sent = tamperedGrants(grants, this.nowMs, this.#config.sabotage)
        for (const other of this.#processesOf[Number(to.slice(1))] ?? []) {
          this.#carry(machine, other, () => other.process.accept(sent))
        }
      },
      toSidecar: (name, grants) => {
        const sidecar = this.#sidecarsByName.get(name)
        this.#count('inside', 1)
        if (sidecar) this.#carry(machine, sidecar, () => this.#accept(sidecar, grants))
      },
    }
  }

  /** Carries a request to a voter and its vote back. */
  #poll(from: Machine, to: Machine, handle: () => Vote | undefined, answer: (vote: Vote) => void): void {
    this.#carry(from, to, () => {
      const vote = handle()
      if (!vote) return
      if (from.region !== to.region) this.#count('between', 1)
      this.#carry(to, from, () => answer(this.#config.sabotage.isTwoFaced ? promiseAll(vote) : vote))
    })
  }

  #accept(sidecar: SidecarMachine, grants: readonly LeaseGrant[]): void {
    for (const grant of grants) sidecar.budget.accept(this.#tampering.grant(sidecar.budget, grant, this.nowMs))
  }

  #ask(from: RegionMachine | undefined, request: KeyRequest): void {
    const key = from && this.regionKeys[from.region]?.key
    if (!key) return
    const { process, name } = from
    const errand = { network: this.network, truth: this.truth, from: name, to: `${regionName(from.region)}.key`, key }
    askKey(errand, request, (answer) => {
      if (from.process === process && from.pausedUntilMs <= this.truth.nowMs()) process.receiveKeyAnswer(answer)
    })
  }

  #newClock(): DriftingClock {
    const rate = 1 + ((this.#config.clockSpread ?? this.#config.drift) / 2) * (2 * this.#random.next() - 1)
    return new DriftingClock(this.truth, rate, this.#config.sabotage.isWallBlind)
  }
}
