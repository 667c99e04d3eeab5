import { expect, test } from 'vitest'
import { SeededRandom, jitter } from './random.ts'

test('gives the same numbers for the same seed', () => {
  const first = new SeededRandom(42)
  const second = new SeededRandom(42)

  expect(Array.from({ length: 5 }, () => first.next())).toEqual(Array.from({ length: 5 }, () => second.next()))
})

test('spreads evenly over [0, 1)', () => {
  const random = new SeededRandom(7)
  const buckets = Array.from({ length: 10 }, () => 0)
  for (let i = 0; i < 10_000; i++) {
    const bucket = Math.floor(random.next() * 10)
    buckets[bucket] = (buckets[bucket] ?? 0) + 1
  }

  for (const count of buckets) expect(Math.abs(count - 1_000)).toBeLessThan(150)
})

test('keeps jitter inside its spread', () => {
  const random = new SeededRandom(1)
  for (let i = 0; i < 1_000; i++) {
    const delayMs = jitter(100, 0.2, random)
    expect(delayMs).toBeGreaterThanOrEqual(80)
    expect(delayMs).toBeLessThanOrEqual(120)
  }
})
