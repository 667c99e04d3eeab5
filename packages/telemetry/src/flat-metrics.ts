import { Counter, Gauge, Histogram, type MetricValue, type MetricValueWithName, type Registry } from 'prom-client'
import { DURATION_BOUNDS_SECONDS, type DurationCounts } from './duration-counts.ts'

/** Labels of one value. */
export type Labels = Record<string, string>

/** One value with its labels. */
export interface Sample {
  readonly labels: Labels
  readonly value: number
}

/** What a metric is called and says. */
export interface MetricText {
  readonly name: string
  readonly help: string
}

type Samples = () => Iterable<Sample>
type DurationSamples = () => Iterable<DurationSample>

/** The durations of one set of labels. */
export interface DurationSample {
  readonly labels: Labels
  readonly durations: DurationCounts
}

/** Adds a counter whose values are read from elsewhere at each scrape, so that counting costs no look-up of labels. */
export function registerCounter(registry: Registry, text: MetricText, samples: Samples): void {
  registry.registerMetric(new FlatCounter(text, samples))
}

/** Adds a gauge whose values are asked for at each scrape. */
export function registerGauge(registry: Registry, text: MetricText, samples: Samples): void {
  registry.registerMetric(new FlatGauge(text, samples))
}

/** Adds a histogram over {@link DurationCounts} that are kept elsewhere. */
export function registerHistogram(registry: Registry, text: MetricText, samples: DurationSamples): void {
  registry.registerMetric(new FlatHistogram(text, samples))
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
