import type { DurationCounts } from './duration-counts.ts'

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

/** Reads values anew. */
export type Samples = () => Iterable<Sample>
/** Reads durations anew. */
export type DurationSamples = () => Iterable<DurationSample>

/** The durations of one set of labels. */
export interface DurationSample {
  readonly labels: Labels
  readonly durations: DurationCounts
}

/** One metric and where its values are. */
export type Metric =
  | { readonly kind: 'counter' | 'gauge'; readonly text: MetricText; readonly samples: Samples }
  | { readonly kind: 'histogram'; readonly text: MetricText; readonly samples: DurationSamples }

/** Metrics whose values are kept elsewhere and read at each scrape, so that counting costs no look-up of labels. */
export class MetricList {
  readonly #metrics: Metric[] = []

  /** All of them, in the order of their adding. */
  get all(): readonly Metric[] {
    return this.#metrics
  }

  addCounter(text: MetricText, samples: Samples): void {
    this.#metrics.push({ kind: 'counter', text, samples })
  }

  addGauge(text: MetricText, samples: Samples): void {
    this.#metrics.push({ kind: 'gauge', text, samples })
  }

  addHistogram(text: MetricText, samples: DurationSamples): void {
    this.#metrics.push({ kind: 'histogram', text, samples })
  }
}
