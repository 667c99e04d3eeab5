import type { MetricList, Sample } from './metric-list.ts'
import type { Gauges } from './gauges.ts'

/** Counters over what other parts count for themselves, asked for at each scrape. */
export function registerKeptCounts(metrics: MetricList, gauges: Gauges): void {
  const counter = (name: string, help: string, samples: () => Iterable<Sample>): void => {
    metrics.addCounter({ name, help }, samples)
  }
  counter('spillway_classifier_total', 'Claims and expressions that were not taken as they came, by result.', () =>
    counted(gauges.classifier()),
  )
  counter('spillway_fallback_rules_total', 'Uses of each fallback rule: applied, unreadable or failed.', () =>
    counted(gauges.rules()),
  )
  counter(
    'spillway_shadow_verdicts_total',
    'Calls that a gate in shadow mode would have refused or kept waiting.',
    () => counted(gauges.shadows()),
  )
  counter('spillway_connections_total', 'Connections opened, refused and failed.', () => counted(gauges.connections()))
}

/** Everything but the count is a label. */
function* counted(rows: Iterable<{ readonly count: number }>): Generator<Sample> {
  for (const { count, ...labels } of rows) yield { labels: { ...labels }, value: count }
}
