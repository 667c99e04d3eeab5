import type { Admission } from '@spillway/admission'
import type { Breakers } from '@spillway/breaker'
import type { Budgets } from '@spillway/budget'
import type { ClassifierCounts } from '@spillway/classifier'
import type { Fallbacks } from '@spillway/fallback'
import type { Listener, UpstreamGroup } from '@spillway/relay'
import type {
  BreakerGauge,
  BudgetGauge,
  ClassifierCount,
  ConnectionCount,
  Direction,
  Gauges,
  QueueGauge,
  RuleCount,
  SeatGauge,
  ShadowCount,
} from '@spillway/telemetry'
import { shownState } from './inspector-views.ts'
import type { ShadowGate } from './shadow-gate.ts'

/** A gate in shadow mode and where it stands. */
export interface ShadowPlace {
  readonly direction: Direction
  readonly upstream: string
  readonly gate: ShadowGate
}

/** What metrics read. */
export interface GaugedParts {
  readonly breakers: Breakers
  readonly budgets: Pick<Budgets, 'snapshot'>
  readonly admission: Admission
  readonly fallbacks: Fallbacks
  readonly classifierCounts: ClassifierCounts
  readonly shadows: readonly ShadowPlace[]
  readonly upstreams: readonly UpstreamGroup[]
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
    return this.#parts.budgets.snapshot().map(({ name, level, rate, classes }) => ({
      budget: name,
      level,
      ratePerSecond: rate,
      granted: classes.reduce((sum, { admitted }) => sum + admitted, 0),
      refused: classes.reduce((sum, { refused }) => sum + refused, 0),
    }))
  }

  seats(): SeatGauge[] {
    const { limit, seatsInUse } = this.#parts.admission.snapshot()
    return [{ direction: 'inbound', limit, inUse: seatsInUse }]
  }

  queues(): QueueGauge[] {
    const { classes } = this.#parts.admission.snapshot()
    return classes.map(({ name, queued }) => ({ direction: 'inbound', class: name, length: queued }))
  }

  classifier(): ClassifierCount[] {
    const counts = this.#parts.classifierCounts
    return [
      { result: 'claim_ignored', count: counts.ignoredClaims },
      { result: 'claim_clamped', count: counts.clampedClaims },
      { result: 'claim_refused', count: counts.refusedClaims },
      { result: 'timeout_malformed', count: counts.malformedTimeouts },
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
    return this.#parts.shadows.flatMap(({ direction, upstream, gate }) => [
      { direction, upstream, gate: gate.name, verdict: 'refuse', count: gate.refused },
      { direction, upstream, gate: gate.name, verdict: 'wait', count: gate.delayed },
    ])
  }

  *connections(): Generator<ConnectionCount> {
    for (const [of, listener] of this.#parts.listeners) {
      const { acceptedConnections, refusedConnections } = listener.snapshot()
      yield { of, side: 'downstream', change: 'opened', count: acceptedConnections }
      yield { of, side: 'downstream', change: 'refused', count: refusedConnections }
    }
    for (const upstream of this.#parts.upstreams) {
      const { name, endpoints } = upstream.snapshot()
      const sum = (of: 'connects' | 'failedConnects'): number => endpoints.reduce((total, each) => total + each[of], 0)
      yield { of: name, side: 'upstream', change: 'opened', count: sum('connects') }
      yield { of: name, side: 'upstream', change: 'failed', count: sum('failedConnects') }
    }
  }
}
