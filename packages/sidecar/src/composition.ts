import { Admission, FixedLimit } from '@spillway/admission'
import { Breakers } from '@spillway/breaker'
import { Budget, Budgets, type CallBudget } from '@spillway/budget'
import { Gates, Status, type Gate, type Refusal } from '@spillway/call'
import { Classifier, Counts } from '@spillway/classifier'
import { jitter, type Clock, type Random } from '@spillway/clock'
import type { Contract } from '@spillway/contract'
import { Fallbacks } from '@spillway/fallback'
import {
  UpstreamGroup,
  createRelayResources,
  type EndpointConfig,
  type Listener,
  type RelayResources,
} from '@spillway/relay'
import { Telemetry, defaultDecisionLogConfig, type Direction, type SidecarEvent } from '@spillway/telemetry'
import { ClassFields } from './class-fields.ts'
import type { SidecarConfig } from './config/schema.ts'
import { admissionConfig, breakerSettings, trustOptions } from './gate-settings.ts'
import { Inbound, inboundGates } from './inbound.ts'
import { shownState } from './inspector-views.ts'
import { Leases } from './leases.ts'
import { Outbound, outboundGates } from './outbound.ts'
import { ShadowGate } from './shadow-gate.ts'
import { SidecarGauges, type ShadowPlace } from './sidecar-gauges.ts'
import { RefusalAnswers } from './refusal-answers.ts'
import { Routes, type Route } from './routes.ts'
import type { Destination, Policies, Side } from './side.ts'
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

/** Name of the upstream of inbound calls. */
const APP = 'app'

/** About how long callers of an unreachable upstream should stay away, and how widely they are spread. */
const UNREACHABLE_PUSHBACK_MS = 1_000
const UNREACHABLE_SPREAD = 0.5

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
  /** In front of the app. */
  readonly admission: Admission
  readonly inbound: Inbound
  readonly outbound: Outbound
  readonly upstreams: readonly UpstreamGroup[]
  /** Those that bring calls to the two sides. Filled by whoever makes them. */
  readonly listeners = new Map<Direction, Listener>()
  readonly sides: Readonly<Record<Direction, Side>>
  readonly fallbacks = new Fallbacks((path, rule, reason) =>
    this.telemetry.emit({ kind: 'rule_failed', path, rule, reason }),
  )
  /** Of all classifiers, those that a reload has replaced included. */
  readonly classifierCounts = new Counts()
  /** Gates in shadow mode, by where they stand. */
  readonly shadows: ShadowPlace[] = []
  readonly #classFields = new ClassFields()
  readonly #config: SidecarConfig
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
    })
    this.breakers.subscribe(({ breaker, from, to, reason }) =>
      this.telemetry.emit({ kind: 'breaker_changed', breaker, from: shownState(from), to: shownState(to), reason }),
    )
    this.leases = this.#makeLeases()
    this.budgets = new Budgets(makeBudget(clock, this.leases), config.budgets)
    const emit = (event: SidecarEvent): void => this.telemetry.emit(event)
    this.usage = new UsageTotals(config.usage.file, { clock, emit, snapshot: () => this.budgets.snapshot() })
    this.admission = this.#makeAdmission(config.admission.limit)
    const app = this.#makeUpstream(APP, [{ address: config.inbound.app, priority: 0 }])
    this.inbound = new Inbound(this.sides.inbound, this.#destination(app, this.#inboundGates()))
    const upstreams = Object.entries(config.outbound.upstreams).map(([name, settings]) => {
      const upstream = this.#makeUpstream(name, settings.endpoints)
      return { upstream, route: this.#route(upstream, settings) }
    })
    this.outbound = new Outbound(this.sides.outbound, this.#routes(upstreams.map(({ route }) => route)))
    this.upstreams = [app, ...upstreams.map(({ upstream }) => upstream)]
  }

  /** The contract in force. */
  get contract(): Contract {
    return this.sides.inbound.policies.contract
  }

  /** Puts policies, budgets and the limit of a new configuration in force. Calls under way keep the policies they came with. */
  adopt(config: SidecarConfig, contract: Contract): void {
    const policies = this.#makePolicies(config, contract)
    const { budgets } = this.#config
    this.budgets.reconfigure(this.leases === undefined ? config.budgets : changedWhileShared(budgets, config.budgets))
    for (const side of Object.values(this.sides)) side.policies = policies
    this.telemetry.knowMethods(contract.methods.keys())
    this.breakers.reload()
    this.admission.setLimit(new FixedLimit(config.admission.limit))
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
    return {
      contract,
      classifier: new Classifier({ contract, clock, counts: this.classifierCounts, ...trustOptions(config) }),
    }
  }

  #side(direction: Direction, policies: Policies): Side {
    const { service, admission, breaker } = this.#config
    const answers = new RefusalAnswers(service, Status[admission.shedStatus])
    const { telemetry, fallbacks } = this
    const { clock } = this.#around
    const classFields = this.#classFields
    const patienceMs = breaker.patience
    return { direction, clock, telemetry, answers, fallbacks, classFields, patienceMs, policies, inFlight: 0 }
  }

  #inboundGates(): Gates {
    const { breakers, budgets, admission } = this
    const { clock } = this.#around
    return this.#gates('inbound', APP, inboundGates({ clock, breakers, budgets, admission }, this.#config.mode))
  }

  #gates(direction: Direction, upstream: string, gates: readonly Gate[]): Gates {
    for (const gate of gates) if (gate instanceof ShadowGate) this.shadows.push({ direction, upstream, gate })
    return new Gates(gates)
  }

  #route(upstream: UpstreamGroup, { services, limit }: UpstreamSettings): Route {
    const { clock } = this.#around
    const { breakers } = this
    const admission = limit === undefined ? undefined : this.#makeAdmission(limit)
    const gates = this.#gates(
      'outbound',
      upstream.name,
      outboundGates({ clock, breakers, admission }, this.#config.mode),
    )
    return { destination: this.#destination(upstream, gates), services }
  }

  #routes(routes: readonly Route[]): Routes {
    return new Routes(routes, this.#destination(this.#makeUpstream('', []), new Gates([])))
  }

  #makeUpstream(name: string, endpoints: readonly EndpointConfig[]): UpstreamGroup {
    return new UpstreamGroup({ name, endpoints }, this.resources)
  }

  #makeAdmission(limit: number): Admission {
    const { clock, random } = this.#around
    return new Admission(new FixedLimit(limit), { clock, random }, admissionConfig(this.#config))
  }

  #destination(upstream: UpstreamGroup, gates: Gates): Destination {
    const { random } = this.#around
    const unreachable = (): Refusal => ({
      kind: 'upstream_unreachable',
      pushbackMs: jitter(UNREACHABLE_PUSHBACK_MS, UNREACHABLE_SPREAD, random),
      upstream: upstream.name,
    })
    return { upstream, gates, unreachable }
  }
}

type BudgetSettings = SidecarConfig['budgets'][string]

/** All budgets as configured: our own, or our shares of them. */
export type ConfiguredBudgets = Budgets<BudgetSettings>

function makeBudget(clock: Clock, leases: Leases | undefined): (name: string, settings: BudgetSettings) => CallBudget {
  return leases?.make ?? ((name, settings) => new Budget(name, clock, settings))
}

/** What can change while budgets are shared: what to do when cut off. The rest must change everywhere at once. */
function changedWhileShared(
  before: SidecarConfig['budgets'],
  after: SidecarConfig['budgets'],
): SidecarConfig['budgets'] {
  const entries = Object.entries(before).map(([name, settings]): [string, BudgetSettings] => {
    return [name, { ...settings, onCutOff: after[name]?.onCutOff ?? settings.onCutOff }]
  })
  return Object.fromEntries(entries)
}

type UpstreamSettings = SidecarConfig['outbound']['upstreams'][string]
