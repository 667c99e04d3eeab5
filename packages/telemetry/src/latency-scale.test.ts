import { expect, test } from 'vitest'
import { LATENCY_BUCKETS, bucketMiddleMs, latencyBucket, quantileMs } from './latency-scale.ts'

test('keeps every duration from 64 µs to 134 s within 6.25 % of its bucket', () => {
  for (let durationMs = 0.064; durationMs < 134_000; durationMs *= 1.013) {
    const middleMs = bucketMiddleMs(latencyBucket(durationMs))
    expect(Math.abs(middleMs - durationMs) / durationMs).toBeLessThan(0.0625 + 1e-9)
  }
})

test('never goes back, and uses every bucket', () => {
  const seen = new Set<number>()
  let last = 0
  for (let durationMs = 0; durationMs < 140_000; durationMs = durationMs * 1.01 + 0.002) {
    const bucket = latencyBucket(durationMs)
    expect(bucket).toBeGreaterThanOrEqual(last)
    seen.add(bucket)
    last = bucket
  }
  expect(seen.size).toBe(LATENCY_BUCKETS)
})

test('puts what is no duration first and what is too long last', () => {
  expect([-1, Number.NaN].map(latencyBucket)).toEqual([0, 0])
  expect([1e9, Number.POSITIVE_INFINITY].map(latencyBucket)).toEqual([LATENCY_BUCKETS - 1, LATENCY_BUCKETS - 1])
})

test('finds quantiles, and 0 where nothing was counted', () => {
  const counts = new Uint32Array(LATENCY_BUCKETS)
  counts[latencyBucket(10)] = 99
  counts[latencyBucket(1_000)] = 1

  expect(quantileMs(counts, 100, 0.5)).toBeCloseTo(10, 0)
  expect(quantileMs(counts, 100, 0.99)).toBeCloseTo(10, 0)
  expect(quantileMs(counts, 100, 0.995)).toBeGreaterThan(900)
  expect(quantileMs(new Uint32Array(LATENCY_BUCKETS), 0, 0.5)).toBe(0)
})
