import type { Clock } from '@spillway/clock'
import { Registry } from 'prom-client'
import { registerBudgetMetrics } from './budget-metrics.ts'
import { CallMetrics } from './call-metrics.ts'
import type { CallSeries } from './call-series.ts'
import type { SidecarEvent } from './event.ts'
import { EventMetrics } from './event-metrics.ts'
import { registerCounter, type Sample } from './flat-metrics.ts'
import type { Gauges } from './gauges.ts'
import { registerKeptCounts } from './kept-counts.ts'
import { registerProcessMetrics } from './process-metrics.ts'
import { registerStateMetrics } from './state-metrics.ts'

/** What metrics are made of. */
export interface MetricsSources {
  readonly clock: Clock
  readonly series: Iterable<CallSeries>
  readonly gauges: Gauges
  /** Lines that the decision log left out, by event name. */
  readonly suppressedLines: () => Iterable<Sample>
}

/** The Prometheus side of telemetry. Labels are those of `labels.ts` and nothing that a peer can make up. */
export class Metrics {
  readonly #registry = new Registry()
  readonly #calls: CallMetrics
  readonly #events: EventMetrics

  constructor(sources: MetricsSources) {
    this.#calls = new CallMetrics(this.#registry, sources.series)
    this.#events = new EventMetrics(this.#registry)
    registerStateMetrics(this.#registry, sources.gauges)
    registerBudgetMetrics(this.#registry, sources.gauges)
    registerKeptCounts(this.#registry, sources.gauges)
    registerProcessMetrics(this.#registry, sources.clock)
    registerCounter(
      this.#registry,
      { name: 'spillway_log_lines_suppressed_total', help: 'Decision log lines left out by the rate limit, by event.' },
      sources.suppressedLines,
    )
  }

  /** Counts one event. */
  record(event: SidecarEvent): void {
    if (event.kind === 'call_ended') this.#calls.record(event)
    this.#events.record(event)
  }

  /** The exposition in Prometheus's text format. */
  render(): Promise<string> {
    return this.#registry.metrics()
  }

  /** The content type of {@link render}. */
  get contentType(): string {
    return this.#registry.contentType
  }
}
