import type { Labels, Sample } from './metric-list.ts'
import { OTHER } from './labels.ts'

/** Different sets of labels that one counter keeps apart. */
const MOST_LABEL_SETS = 512

/** A counter by labels for events off the hot path. Bounded: sets of labels beyond 512 count as `_OTHER`. */
export class LabelledCounts implements Iterable<Sample> {
  readonly #samples = new Map<string, { labels: Labels; value: number }>()

  /** Adds to the counter of these labels. */
  add(labels: Labels, amount = 1): void {
    const key = Object.values(labels).join('\n')
    const sample = this.#samples.get(key)
    if (sample !== undefined) sample.value += amount
    else if (this.#samples.size < MOST_LABEL_SETS) this.#samples.set(key, { labels, value: amount })
    else this.#addOther(labels, amount)
  }

  [Symbol.iterator](): Iterator<Sample> {
    return this.#samples.values()
  }

  #addOther(labels: Labels, amount: number): void {
    const sample = this.#samples.get(OTHER)
    const others = Object.fromEntries(Object.keys(labels).map((key) => [key, OTHER]))
    if (sample !== undefined) sample.value += amount
    else this.#samples.set(OTHER, { labels: others, value: amount })
  }
}
