import {
  LeasedBudget,
  SharedBudget,
  defaultLeasedBudgetConfig,
  defaultRegionNodeConfig,
  type RegionNode,
} from '@spillway/budget'
import type { Advice, BusConnection, RegionLink, SidecarLink, VoterLink } from '@spillway/bus'
import type { Clock, Random, Timer } from '@spillway/clock'
import type { Emit } from '@spillway/telemetry'
import { budgetTerms } from './budget-terms.ts'
import { BusSession, type BusListener } from './bus-session.ts'
import { busAddress } from './config/bus-address.ts'
import type { SidecarConfig } from './config/schema.ts'
import { LeaseWatch } from './lease-watch.ts'

/** How often budgets are asked for reports, and offices and leases are looked at, in milliseconds. */
const POLL_MS = 25
const WATCH_MS = 250

/** How long a process that ends waits for somebody to take its offices over, in milliseconds. */
const HAND_OVER_MS = 1_000

/** What leases take from outside. */
export interface LeaseParts {
  readonly clock: Clock
  readonly random: Random
  readonly emit: Emit
}

/**
 * The shared budgets of one sidecar: holds its leases, carries their messages over NATS, and takes part in the elections of
 * those who share out when the process has that role. Everything happens in the background: a sidecar starts, decides and
 * ends without NATS too.
 */
export class Leases implements BusListener {
  readonly #config: SidecarConfig
  readonly #parts: LeaseParts
  readonly #holder: string
  readonly #incarnation: string
  readonly #budgets = new Map<string, SharedBudget>()
  readonly #session: BusSession
  readonly #watch: LeaseWatch
  #sidecar: SidecarLink | undefined
  #region: RegionLink | undefined
  #voter: VoterLink | undefined
  #timer: Timer | undefined
  /** As configured now. */
  #settings: SidecarConfig['budgets']
  #isClosed = false
  #leaveByMs = Number.NEGATIVE_INFINITY

  /** `servers` are those of `nats.servers`. Nothing is connected before {@link start}. */
  constructor(config: SidecarConfig, servers: readonly string[], parts: LeaseParts) {
    const { nats, service, region } = config
    this.#config = config
    this.#settings = config.budgets
    this.#parts = parts
    this.#incarnation = randomName(parts.random)
    this.#holder = nats.id ?? `${service.replaceAll('.', '_').slice(0, 48)}-${this.#incarnation}`
    this.#session = new BusSession(busAddress(nats, servers, this.#holder), this, parts.clock)
    this.#watch = new LeaseWatch(region, parts.emit)
  }

  /** The name of this sidecar in its region. */
  get holder(): string {
    return this.#holder
  }

  /** The offices of this process; undefined without the role, and before the first connection. */
  get node(): RegionNode | undefined {
    return this.#region?.node
  }

  /** This sidecar's part of a shared budget, the same whenever asked; it has no share before the first grant. */
  readonly make = (budget: string, config: SidecarConfig['budgets'][string]): SharedBudget => {
    const known = this.#budgets.get(budget)
    if (known) return known
    const identity = { budget, holder: this.#holder, incarnation: this.#incarnation }
    const { drift } = defaultRegionNodeConfig
    const lease = new LeasedBudget({ ...defaultLeasedBudgetConfig, ...identity, drift }, this.#parts.clock)
    const shared = new SharedBudget(budget, lease, config, this.#parts.clock)
    this.#budgets.set(budget, shared)
    return shared
  }

  /** The shared budget of that name, or undefined. */
  find(budget: string): SharedBudget | undefined {
    return this.#budgets.get(budget)
  }

  /** The same budgets are configured otherwise: those who share them out agree on the change and carry it down with grants. */
  configure(settings: SidecarConfig['budgets']): void {
    this.#settings = settings
    this.node?.configure(budgetTerms(settings))
  }

  /** Begins to connect. */
  start(): void {
    this.#session.start()
    this.#look()
  }

  /** This process is about to end: it hands its offices over, so that nobody waits for its leases to run out. */
  retire(): void {
    this.#leaveByMs = this.#parts.clock.nowMs() + HAND_OVER_MS
    this.node?.retire()
  }

  /** Resolves when the offices are handed over, or nobody has taken them over for a second since {@link retire}. */
  async handedOver(): Promise<void> {
    const { clock } = this.#parts
    while (this.node?.isOutOfOffice === false && clock.nowMs() < this.#leaveByMs) {
      const { promise, resolve } = Promise.withResolvers<void>()
      clock.schedule(POLL_MS, resolve)
      await promise
    }
  }

  /**
   * This process has stopped admitting, or is about to lose all its callers: its shared budgets admit nothing from now on, and what
   * they held goes to others at once. Nothing follows that could be told of. Safe to repeat.
   */
  end(): void {
    this.#timer?.cancel()
    this.#sidecar?.end()
    this.#sidecar = undefined
  }

  /** Takes no further part, and gives back what it holds if {@link end} has not; what is held elsewhere ends by itself. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.end()
    this.#region?.stop()
    this.#voter?.stop()
    await this.#session.close()
  }

  connected(connection: BusConnection): void {
    this.#parts.emit({ kind: 'bus_changed', change: 'connected', reason: '' })
    void this.#join(connection)
  }

  reconnected(): void {
    this.#parts.emit({ kind: 'bus_changed', change: 'connected', reason: 'again' })
  }

  disconnected(): void {
    this.#parts.emit({ kind: 'bus_changed', change: 'disconnected', reason: '' })
  }

  failed(reason: string): void {
    this.#parts.emit({ kind: 'bus_changed', change: 'failed', reason })
  }

  async #join(connection: BusConnection): Promise<void> {
    const bus = await import('@spillway/bus')
    if (this.#isClosed) return
    const { region, nats, role } = this.#config
    const { shard } = nats
    const { clock, random } = this.#parts
    const advised = (advice: Advice): void => this.#advised(advice)
    if (role.includes('aggregator')) {
      const terms = budgetTerms(this.#settings)
      const identity = {
        region,
        shard,
        process: this.#holder,
        incarnation: this.#incarnation,
        terms,
        sliceMs: nats.sliceHold,
        voters: nats.voters ?? [],
      }
      this.#region = new bus.RegionLink({ ...defaultRegionNodeConfig, ...identity }, connection, clock, random, advised)
      this.#region.start()
    }
    if (nats.voters?.includes(this.#holder)) {
      const { drift } = defaultRegionNodeConfig
      this.#voter = new bus.VoterLink({ region, shard, voter: this.#holder, drift }, connection, clock, advised)
      this.#voter.start()
    }
    const identity = { region, shard, sidecar: this.#holder, incarnation: this.#incarnation, pollMs: POLL_MS }
    const leases = new Map(Array.from(this.#budgets.values(), ({ name, lease }) => [name, lease]))
    this.#sidecar = new bus.SidecarLink(identity, leases, { refused: () => undefined, advised }, clock)
    this.#sidecar.start(connection)
  }

  /** What was doubled or late does no harm, and offices are told of by the watch. Names that a message made up are left out. */
  #advised({ kind, about, budget: named, count, detail }: Advice): void {
    if (kind === 'stale' || kind === 'office') return
    const budget = this.#budgets.has(named) ? named : ''
    this.#parts.emit({ kind: 'advice_raised', reason: kind, about, budget, count, detail })
  }

  #look(): void {
    this.#timer = this.#parts.clock.schedule(WATCH_MS, () => this.#look())
    this.#watch.look(this.#budgets.values(), this.node)
  }
}

/** Twelve hexadecimal digits, chosen anew. */
function randomName(random: Random): string {
  return Math.floor(random.next() * 2 ** 48)
    .toString(16)
    .padStart(12, '0')
}
