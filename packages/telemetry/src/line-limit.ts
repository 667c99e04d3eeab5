/** How many lines of one event name may be written. */
export interface LineLimitConfig {
  readonly linesPerSecond: number
  readonly burst: number
}

/** Ten lines a second for each event name, after a burst of fifty. */
export const defaultLineLimitConfig: LineLimitConfig = { linesPerSecond: 10, burst: 50 }

interface Bucket {
  level: number
  filledMs: number
  suppressed: number
  suppressedTotal: number
}

/** A token bucket for each event name, so that a flood of one neither fills the disk nor hides another. */
export class LineLimit {
  readonly #config: LineLimitConfig
  readonly #buckets = new Map<string, Bucket>()

  constructor(config: LineLimitConfig) {
    this.#config = config
  }

  /**
   * Whether a line of that name may be written at `nowMs` (monotonic): undefined for no (it is counted), else how many were left out since
   * the last one that was written. Names are a fixed set of ours, so the map stays small.
   */
  admit(name: string, nowMs: number): number | undefined {
    const bucket = this.#refilled(name, nowMs)
    if (bucket.level < 1) {
      bucket.suppressed++
      bucket.suppressedTotal++
      return undefined
    }
    bucket.level--
    const { suppressed } = bucket
    bucket.suppressed = 0
    return suppressed
  }

  /** Lines left out since the start, by name. */
  *totals(): Generator<{ readonly name: string; readonly count: number }> {
    for (const [name, { suppressedTotal }] of this.#buckets) {
      if (suppressedTotal > 0) yield { name, count: suppressedTotal }
    }
  }

  /** Lines left out and not yet told in a line that was written, by name; forgets them. */
  *takeUntold(): Generator<{ readonly name: string; readonly count: number }> {
    for (const [name, bucket] of this.#buckets) {
      if (bucket.suppressed > 0) yield { name, count: bucket.suppressed }
      bucket.suppressed = 0
    }
  }

  #refilled(name: string, nowMs: number): Bucket {
    const bucket = this.#buckets.get(name) ?? this.#create(name, nowMs)
    const gained = ((nowMs - bucket.filledMs) / 1_000) * this.#config.linesPerSecond
    bucket.level = Math.min(this.#config.burst, bucket.level + gained)
    bucket.filledMs = nowMs
    return bucket
  }

  #create(name: string, nowMs: number): Bucket {
    const bucket = { level: this.#config.burst, filledMs: nowMs, suppressed: 0, suppressedTotal: 0 }
    this.#buckets.set(name, bucket)
    return bucket
  }
}
