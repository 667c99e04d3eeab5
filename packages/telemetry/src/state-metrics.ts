import type { BreakerState } from './event.ts'
import type { MetricList, Sample } from './metric-list.ts'
import type { Gauges } from './gauges.ts'

const BREAKER_STATES: readonly BreakerState[] = ['closed', 'open', 'half_open']

/** Gauges over what other parts hold, asked for at each scrape. */
export function registerStateMetrics(metrics: MetricList, gauges: Gauges): void {
  const gauge = (name: string, help: string, samples: () => Iterable<Sample>): void => {
    metrics.addGauge({ name, help }, samples)
  }
  gauge('spillway_breaker_state', '1 for the state that the breaker is in, 0 for the others.', () =>
    breakerSamples(gauges),
  )
  gauge('spillway_seats_limit', 'Calls that may run at once.', () => seatSamples(gauges, 'limit'))
  gauge('spillway_seats_in_use', 'Seats taken by calls that run.', () => seatSamples(gauges, 'inUse'))
  gauge('spillway_queue_length', 'Calls that wait for a seat.', () => queueSamples(gauges))
}

function* breakerSamples(gauges: Gauges): Generator<Sample> {
  for (const { breaker, state } of gauges.breakers()) {
    for (const one of BREAKER_STATES) yield { labels: { breaker, state: one }, value: one === state ? 1 : 0 }
  }
}

function* seatSamples(gauges: Gauges, field: 'limit' | 'inUse'): Generator<Sample> {
  for (const one of gauges.seats()) {
    yield { labels: { direction: one.direction, upstream: one.upstream }, value: one[field] }
  }
}

function* queueSamples(gauges: Gauges): Generator<Sample> {
  for (const one of gauges.queues()) {
    yield { labels: { direction: one.direction, upstream: one.upstream, class: one.class }, value: one.length }
  }
}
