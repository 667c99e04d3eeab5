/** Upper bounds of the duration buckets of metrics, in seconds: 1 ms to 10 s, then everything. */
export const DURATION_BOUNDS_SECONDS: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
]

/** A histogram of durations that allocates nothing when it counts. */
export class DurationCounts {
  /** Counts per bucket, not cumulative; the last is beyond all bounds. */
  readonly counts = new Float64Array(DURATION_BOUNDS_SECONDS.length + 1)
  sumSeconds = 0

  /** Counts one duration; at a bound it belongs below. */
  observe(durationMs: number): void {
    const seconds = durationMs / 1_000
    let bucket = 0
    while (bucket < DURATION_BOUNDS_SECONDS.length && seconds > (DURATION_BOUNDS_SECONDS[bucket] ?? 0)) bucket++
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1
    this.sumSeconds += seconds
  }
}
