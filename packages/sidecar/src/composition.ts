import { Breakers } from '@spillway/breaker'
import { Budget, Budgets, type CallBudget } from '@spillway/budget'
import { Status } from '@spillway/call'
import { Classifier, Counts } from '@spillway/classifier'
import type { Clock, Random } from '@spillway/clock'
import type { Contract } from '@spillway/contract'
import { Fallbacks } from '@spillway/fallback'
import { createRelayResources, type Listener, type RelayResources } from '@spillway/relay'
import { Telemetry, defaultDecisionLogConfig, type Direction, type SidecarEvent } from '@spillway/telemetry'
import type { SidecarConfig } from './config/schema.ts'
import { breakerSettings, trustOptions } from './gate-settings.ts'
import { Inbound } from './inbound.ts'
import { shownState } from './inspector-views.ts'
import { Leases } from './leases.ts'
import { Outbound } from './outbound.ts'
import { SidecarGauges } from './sidecar-gauges.ts'
import { RefusalAnswers } from './refusal-answers.ts'
import type { Policies, Side } from './side.ts'
import { Traffic, type TrafficParts } from './traffic.ts'
import { UsageTotals } from './usage-totals.ts'

/** What a composition takes from outside. */
export interface Surroundings {
  readonly contract: Contract
  readonly clock: Clock
  /** Never stands still within a turn: what leases are timed by, since a stall must not outlast one. */
  readonly exactClock: Clock
  readonly random: Random
  readonly log: (line: string) => void
}

/** Everything of one sidecar, made and wired; nothing is bound and no connection made. */
export class Composition {
  readonly resources: RelayResources
  readonly telemetry: Telemetry
  readonly breakers: Breakers
  readonly budgets: ConfiguredBudgets
  /** Shares of budgets over NATS; undefined when budgets are local. */
  readonly leases: Leases | undefined
  /** What each budget used, ever. */
  readonly usage: UsageTotals
  readonly inbound: Inbound
  readonly outbound: Outbound
  /** Those that bring calls to the two sides. Filled by whoever makes them. */
  readonly listeners = new Map<Direction, Listener>()
  readonly sides: Readonly<Record<Direction, Side>>
  readonly fallbacks = new Fallbacks((path, rule, reason) =>
    this.telemetry.emit({ kind: 'rule_failed', path, rule, reason }),
  )
  /** Of all classifiers, those that a reload has replaced included. */
  readonly classifierCounts = new Counts()
  #config: SidecarConfig
  #traffic: Traffic
  readonly #around: Surroundings

  constructor(config: SidecarConfig, around: Surroundings) {
    const { clock, random, contract } = around
    this.#config = config
    this.#around = around
    this.resources = createRelayResources(clock, random)
    this.telemetry = this.#makeTelemetry()
    this.telemetry.knowMethods(contract.methods.keys())
    const policies = this.#makePolicies(config, contract)
    this.sides = { inbound: this.#side('inbound', policies), outbound: this.#side('outbound', policies) }
    this.breakers = new Breakers({
      clock,
      random,
      settingsOf: (path) => breakerSettings(this.contract.policyOf(path).breaker),
      isDeclared: (path) => this.contract.methods.has(path),
    })
    this.breakers.subscribe(({ breaker, from, to, reason }) =>
      this.telemetry.emit({ kind: 'breaker_changed', breaker, from: shownState(from), to: shownState(to), reason }),
    )
    this.leases = this.#makeLeases()
    this.budgets = new Budgets(makeBudget(clock, this.leases), config.budgets)
    const emit = (event: SidecarEvent): void => this.telemetry.emit(event)
    this.usage = new UsageTotals(config.usage.file, { clock, emit, snapshot: () => this.budgets.snapshot() })
    this.#traffic = new Traffic(config, this.#trafficParts())
    this.inbound = new Inbound(this.sides.inbound, this.#traffic.app)
    this.outbound = new Outbound(this.sides.outbound, this.#traffic.routes)
  }

  /** The configuration in force. */
  get config(): SidecarConfig {
    return this.#config
  }

  /** Where calls go that come now. */
  get traffic(): Traffic {
    return this.#traffic
  }

  /** The contract in force. */
  get contract(): Contract {
    return this.sides.inbound.policies.contract
  }

  /**
   * Puts another configuration and contract in force, as a whole: should any part of it be impossible, it throws and nothing has
   * changed. `config` differs from the one in force only in what can change (see `inForce`). Calls under way keep what they
   * came with.
   */
  adopt(config: SidecarConfig, contract: Contract): void {
    const policies = this.#makePolicies(config, contract)
    const before = this.#traffic
    const traffic = new Traffic(config, this.#trafficParts(), before)
    this.budgets.reconfigure(config.budgets)
    this.#config = config
    this.#traffic = traffic
    this.leases?.configure(config.budgets)
    for (const side of Object.values(this.sides)) side.policies = policies
    this.inbound.app = traffic.app
    this.outbound.routes = traffic.routes
    this.telemetry.knowMethods(contract.methods.keys())
    this.breakers.reload()
    traffic.takeOver(before) // last, because calls are woken by it
  }

  #trafficParts(): TrafficParts {
    const { clock, random } = this.#around
    const { resources, breakers, budgets } = this
    return { clock, random, resources, breakers, budgets }
  }

  #makeTelemetry(): Telemetry {
    const { clock, random, log } = this.#around
    const { service, region } = this.#config
    const logConfig = { ...defaultDecisionLogConfig, base: { service, region } }
    return new Telemetry({ clock, random, log: { write: log }, logConfig, gauges: new SidecarGauges(this) })
  }

  #makeLeases(): Leases | undefined {
    const { servers } = this.#config.nats
    if (servers === undefined) return undefined
    const { exactClock, random } = this.#around
    const emit = (event: SidecarEvent): void => this.telemetry.emit(event)
    return new Leases(this.#config, servers, { clock: exactClock, random, emit })
  }

  #makePolicies(config: SidecarConfig, contract: Contract): Policies {
    const { clock } = this.#around
    const { service, admission, breaker } = config
    return {
      contract,
      classifier: new Classifier({ contract, clock, counts: this.classifierCounts, ...trustOptions(config) }),
      answers: new RefusalAnswers(service, Status[admission.shedStatus]),
      patienceMs: breaker.patience,
    }
  }

  #side(direction: Direction, policies: Policies): Side {
    const { telemetry, fallbacks } = this
    const { clock } = this.#around
    return {
      direction,
      clock,
      telemetry,
      fallbacks,
      unsettled: new Map(),
      policies,
      inFlight: 0,
      ended: undefined,
    }
  }
}

type BudgetSettings = SidecarConfig['budgets'][string]

/** All budgets as configured: our own, or our shares of them. */
export type ConfiguredBudgets = Budgets<BudgetSettings>

function makeBudget(clock: Clock, leases: Leases | undefined): (name: string, settings: BudgetSettings) => CallBudget {
  return leases?.make ?? ((name, settings) => new Budget(name, clock, settings))
}
