import type { Labels, Sample } from './flat-metrics.ts'
import { OTHER } from './labels.ts'

/** Different sets of labels that one counter keeps apart. */
const MOST_LABEL_SETS = 512

/** A counter by labels for events off the hot path. Bounded: sets of labels beyond 512 count as `_OTHER`. */
export class LabelledCounts implements Iterable<Sample> {
  readonly #samples = new Map<string, { labels: Labels; value: number }>()

  /** Adds one to the counter of these labels. */
  add(labels: Labels): void {
    const key = Object.values(labels).join('\n')
    const sample = this.#samples.get(key)
    if (sample !== undefined) sample.value++
    else if (this.#samples.size < MOST_LABEL_SETS) this.#samples.set(key, { labels, value: 1 })
    else this.#addOther(labels)
  }

  [Symbol.iterator](): Iterator<Sample> {
    return this.#samples.values()
  }

  #addOther(labels: Labels): void {
    const sample = this.#samples.get(OTHER)
    if (sample !== undefined) sample.value++
    else
      this.#samples.set(OTHER, { labels: Object.fromEntries(Object.keys(labels).map((key) => [key, OTHER])), value: 1 })
  }
}
