/**
 * A log-linear scale of durations, as in HdrHistogram (G. Tene): eight linear steps to each power of two, from 8 µs
 * to 134 s, so that the middle of a bucket is at most 6.25 % away from any duration in it above 64 µs. Longer ones
 * count as the longest.
 */
export const LATENCY_BUCKETS = 176

const UNITS_PER_MS = 125
const LONGEST_UNITS = 2 ** 24 - 1

/** The bucket of a duration, 0 to {@link LATENCY_BUCKETS} - 1. A negative one, or NaN, counts as 0. */
export function latencyBucket(durationMs: number): number {
  const units = durationMs > 0 ? Math.min(durationMs * UNITS_PER_MS, LONGEST_UNITS) | 0 : 0
  if (units < 8) return units
  const power = 31 - Math.clz32(units)
  return (power - 2) * 8 + ((units >> (power - 3)) & 7)
}

/** The duration in the middle of a bucket. */
export function bucketMiddleMs(bucket: number): number {
  if (bucket < 8) return (bucket + 0.5) / UNITS_PER_MS
  const shift = (bucket >> 3) - 1
  return (((8 + (bucket & 7)) << shift) + 2 ** shift / 2) / UNITS_PER_MS
}

/** The duration below which `share` (0 to 1) of the counted ones lie; 0 when nothing was counted. */
export function quantileMs(counts: ArrayLike<number>, total: number, share: number): number {
  const rank = Math.max(1, Math.ceil(total * share))
  let seen = 0
  for (let bucket = 0; bucket < counts.length; bucket++) {
    seen += counts[bucket] ?? 0
    if (seen >= rank) return bucketMiddleMs(bucket)
  }
  return 0
}
