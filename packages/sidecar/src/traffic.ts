import type { Breakers } from '@spillway/breaker'
import type { BudgetFinder } from '@spillway/budget'
import type { SidecarConfig } from './config/schema.ts'
import { admissionConfig } from './gate-settings.ts'
import { inboundGates } from './inbound.ts'
import { Destination, type DestinationDoors } from './destination.ts'
import { outboundGates } from './outbound.ts'
import { Routes } from './routes.ts'

/** What all traffic shares, whatever the configuration. */
export interface TrafficParts extends DestinationDoors {
  readonly breakers: Breakers
  readonly budgets: BudgetFinder
}

/** Name of the upstream of inbound calls. */
const APP = 'app'

/** All destinations of one configuration. It never changes: a reload lays out another, and then puts it in the place of this one. */
export class Traffic {
  /** To the app. */
  readonly app: Destination
  /** To everyone else. */
  readonly outbound: readonly Destination[]
  readonly routes: Routes
  readonly #parts: TrafficParts

  /** Touches nothing of `before`, so that it may fail: throws a RangeError for an address that is none. */
  constructor(config: SidecarConfig, parts: TrafficParts, before?: Traffic) {
    const { mode } = config
    this.#parts = parts
    const admission = admissionConfig(config)
    const endpoints = [{ address: config.inbound.app, priority: 0 }]
    this.app = new Destination(
      { direction: 'inbound', name: APP, endpoints, limit: config.admission.limit, admission },
      parts,
      (seats) => inboundGates({ ...parts, admission: seats }, mode),
      before?.app,
    )
    const upstreams = Object.entries(config.outbound.upstreams)
    this.outbound = upstreams.map(
      ([name, upstream]) =>
        new Destination(
          { direction: 'outbound', name, endpoints: upstream.endpoints, limit: upstream.limit, admission },
          parts,
          (seats) => outboundGates({ ...parts, admission: seats }, mode),
          before?.outbound.find(({ settings }) => settings.name === name),
        ),
    )
    const routes = this.outbound.map((destination) => ({
      destination,
      services: config.outbound.upstreams[destination.upstream.name]?.services ?? [],
    }))
    const nowhere = { direction: 'outbound', name: '', endpoints: [], limit: undefined, admission } as const
    this.routes = new Routes(routes, new Destination(nowhere, parts, () => []))
  }

  get destinations(): readonly Destination[] {
    return [this.app, ...this.outbound]
  }

  /** Calls come here from now on: what is not used any more is closed behind its last call. */
  takeOver(before: Traffic): void {
    const upstreams = new Set(this.destinations.map(({ upstream }) => upstream))
    for (const { upstream } of before.destinations) if (!upstreams.has(upstream)) upstream.retire()
    const names = new Set(this.destinations.map(({ settings }) => settings.name))
    for (const { settings } of before.destinations)
      if (!names.has(settings.name)) this.#parts.breakers.forget(settings.name)
    for (const destination of this.destinations) destination.takeOver()
  }

  /** Cuts all connections. */
  close(): void {
    for (const { upstream } of this.destinations) upstream.group.close()
  }
}
