import { Counter, Gauge, Histogram, Registry, type MetricValue, type MetricValueWithName } from 'prom-client'
import { DURATION_BOUNDS_SECONDS } from './duration-counts.ts'
import type { DurationSample, DurationSamples, Metric, MetricList, MetricText, Sample, Samples } from './metric-list.ts'

/** Shows these metrics to Prometheus. Importing this file loads prom-client: import it at the first scrape. */
export function expose(list: MetricList): Registry {
  const registry = new Registry()
  for (const metric of list.all) registry.registerMetric(flatMetric(metric))
  return registry
}

function flatMetric(metric: Metric): Counter | Gauge | Histogram {
  switch (metric.kind) {
    case 'counter':
      return new FlatCounter(metric.text, metric.samples)
    case 'gauge':
      return new FlatGauge(metric.text, metric.samples)
    default:
      return new FlatHistogram(metric.text, metric.samples)
  }
}

class FlatCounter extends Counter {
  readonly #samples: Samples

  constructor(text: MetricText, samples: Samples) {
    super({ ...text, registers: [] })
    this.#samples = samples
  }

  override async get(): ReturnType<Counter['get']> {
    return { ...(await super.get()), values: valuesOf(this.#samples()) }
  }
}

class FlatGauge extends Gauge {
  readonly #samples: Samples

  constructor(text: MetricText, samples: Samples) {
    super({ ...text, registers: [] })
    this.#samples = samples
  }

  override async get(): ReturnType<Gauge['get']> {
    return { ...(await super.get()), values: valuesOf(this.#samples()) }
  }
}

class FlatHistogram extends Histogram {
  readonly #name: string
  /** Never filled: gives the header, since prom-client's own `get` would call back into ours. */
  readonly #empty: Histogram
  readonly #samples: DurationSamples

  constructor(text: MetricText, samples: DurationSamples) {
    super({ ...text, registers: [] })
    this.#name = text.name
    this.#empty = new Histogram({ ...text, registers: [] })
    this.#samples = samples
  }

  override async get(): ReturnType<Histogram['get']> {
    const values = Array.from(this.#samples(), (sample) => histogramValues(this.#name, sample)).flat()
    return { ...(await this.#empty.get()), values }
  }

  /** What the registry calls instead of {@link get} for text, though prom-client does not declare it. */
  getForPromString(): ReturnType<Histogram['get']> {
    return this.get()
  }
}

function valuesOf(samples: Iterable<Sample>): MetricValue<string>[] {
  return Array.from(samples, ({ labels, value }) => ({ labels, value }))
}

function histogramValues(name: string, { labels, durations }: DurationSample): MetricValueWithName<string>[] {
  let seen = 0
  const buckets = Array.from(durations.counts, (count, index) => {
    seen += count
    const le = String(DURATION_BOUNDS_SECONDS[index] ?? '+Inf')
    return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: seen }
  })
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: durations.sumSeconds },
    { metricName: `${name}_count`, labels, value: seen },
  ]
}
