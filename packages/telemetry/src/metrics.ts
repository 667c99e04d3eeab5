import type { Clock } from '@spillway/clock'
import type { Registry } from 'prom-client'
import { registerBudgetMetrics } from './budget-metrics.ts'
import { CallMetrics } from './call-metrics.ts'
import type { CallSeries } from './call-series.ts'
import type { SidecarEvent } from './event.ts'
import { EventMetrics } from './event-metrics.ts'
import type { Gauges } from './gauges.ts'
import { registerKeptCounts } from './kept-counts.ts'
import { MetricList, type Sample } from './metric-list.ts'
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
  /** Prometheus's text format, as {@link render} writes it. */
  readonly contentType = 'text/plain; version=0.0.4; charset=utf-8'
  readonly #list = new MetricList()
  #registry: Promise<Registry> | undefined
  readonly #calls: CallMetrics
  readonly #events: EventMetrics

  constructor(sources: MetricsSources) {
    this.#calls = new CallMetrics(this.#list, sources.series)
    this.#events = new EventMetrics(this.#list)
    registerStateMetrics(this.#list, sources.gauges)
    registerBudgetMetrics(this.#list, sources.gauges)
    registerKeptCounts(this.#list, sources.gauges)
    registerProcessMetrics(this.#list, sources.clock)
    this.#list.addCounter(
      { name: 'spillway_log_lines_suppressed_total', help: 'Decision log lines left out by the rate limit, by event.' },
      sources.suppressedLines,
    )
  }

  /** Counts one event. */
  record(event: SidecarEvent): void {
    if (event.kind === 'call_ended') this.#calls.record(event)
    this.#events.record(event)
  }

  /** The exposition in Prometheus's text format. The first one loads the library that writes it. */
  async render(): Promise<string> {
    this.#registry ??= import('./exposition.ts').then(({ expose }) => expose(this.#list))
    return (await this.#registry).metrics()
  }
}
