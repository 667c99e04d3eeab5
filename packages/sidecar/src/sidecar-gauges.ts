import type { Breakers } from '@spillway/breaker'
import type { ClassifierCounts } from '@spillway/classifier'
import type { Fallbacks } from '@spillway/fallback'
import type { Listener } from '@spillway/relay'
import type {
  BreakerGauge,
  BudgetGauge,
  ClassifierCount,
  ConnectionCount,
  Direction,
  Gauges,
  OfficeGauge,
  QueueGauge,
  RuleCount,
  SeatGauge,
  ShadowCount,
} from '@spillway/telemetry'
import { budgetGauges, officeGauges } from './budget-gauges.ts'
import type { Composition } from './composition.ts'
import { shownState } from './inspector-views.ts'
import type { Traffic } from './traffic.ts'

/** What metrics read. */
export interface GaugedParts extends Pick<Composition, 'budgets' | 'leases' | 'sides'> {
  readonly breakers: Breakers
  readonly fallbacks: Fallbacks
  readonly classifierCounts: ClassifierCounts
  readonly traffic: Traffic
  readonly listeners: ReadonlyMap<Direction, Listener>
}

/** State and counts of a sidecar as metrics show them, computed at each scrape. */
export class SidecarGauges implements Gauges {
  readonly #parts: GaugedParts

  constructor(parts: GaugedParts) {
    this.#parts = parts
  }

  breakers(): BreakerGauge[] {
    return this.#parts.breakers.list().map(({ name, state }) => ({ breaker: name, state: shownState(state) }))
  }

  budgets(): BudgetGauge[] {
    return budgetGauges(this.#parts)
  }

  offices(): OfficeGauge[] {
    return officeGauges(this.#parts)
  }

  seats(): SeatGauge[] {
    return this.#parts.traffic.destinations.flatMap(({ settings: { direction, name }, admission }) => {
      if (admission === undefined) return []
      const { limit, seatsInUse } = admission.snapshot()
      return [{ direction, upstream: name, limit, inUse: seatsInUse }]
    })
  }

  queues(): QueueGauge[] {
    return this.#parts.traffic.destinations.flatMap(({ settings: { direction, name }, admission }) => {
      const classes = admission?.snapshot().classes ?? []
      return classes.map((one) => ({ direction, upstream: name, class: one.name, length: one.queued }))
    })
  }

  classifier(): ClassifierCount[] {
    const counts = this.#parts.classifierCounts
    return [
      { result: 'claim_ignored', count: counts.ignoredClaims },
      { result: 'claim_clamped', count: counts.clampedClaims },
      { result: 'claim_refused', count: counts.refusedClaims },
      { result: 'expression_failed', count: counts.failedExpressions },
    ]
  }

  rules(): RuleCount[] {
    return this.#parts.fallbacks.counts().flatMap(({ path, rule, applied, unreadable, failed }) => [
      { method: path, rule, result: 'applied', count: applied },
      { method: path, rule, result: 'unreadable', count: unreadable },
      { method: path, rule, result: 'failed', count: failed },
    ])
  }

  shadows(): ShadowCount[] {
    return this.#parts.traffic.destinations.flatMap(({ settings: { direction, name: upstream }, shadows }) =>
      shadows.flatMap((gate) => [
        { direction, upstream, gate: gate.name, verdict: 'refuse' as const, count: gate.refused },
        { direction, upstream, gate: gate.name, verdict: 'wait' as const, count: gate.delayed },
      ]),
    )
  }

  *connections(): Generator<ConnectionCount> {
    for (const [of, listener] of this.#parts.listeners) {
      const { acceptedConnections, refusedConnections } = listener.snapshot()
      yield { of, side: 'downstream', change: 'opened', count: acceptedConnections }
      yield { of, side: 'downstream', change: 'refused', count: refusedConnections }
    }
    for (const { upstream } of this.#parts.traffic.destinations) {
      const { name, endpoints } = upstream.group.snapshot()
      const sum = (of: 'connects' | 'failedConnects'): number => endpoints.reduce((total, each) => total + each[of], 0)
      yield { of: name, side: 'upstream', change: 'opened', count: sum('connects') }
      yield { of: name, side: 'upstream', change: 'failed', count: sum('failedConnects') }
    }
  }
}
