import { SeededRandom } from '@spillway/clock'
import { expect, test } from 'vitest'
import { arrivals, type Arrival } from './arrivals.ts'

const shares = { critical: 0.1, standard: 0.3, sheddable: 0.6 }
const stairs = [
  { perSecond: 60, durationMs: 100_000 },
  { perSecond: 480, durationMs: 100_000 },
]

function all(seed: number): Arrival[] {
  return [...arrivals(stairs, shares, new SeededRandom(seed))]
}

test('keeps the rate of each step and the share of each class', () => {
  const calls = all(5)
  const first = calls.filter((call) => call.dueMs < 100_000)
  const second = calls.filter((call) => call.dueMs >= 100_000)

  expect(first.length / 100).toBeGreaterThan(57)
  expect(first.length / 100).toBeLessThan(63)
  expect(second.length / 100).toBeGreaterThan(472)
  expect(second.length / 100).toBeLessThan(488)
  expect(calls.filter((call) => call.name === 'critical').length / calls.length).toBeCloseTo(0.1, 2)
  expect(calls.filter((call) => call.name === 'sheddable').length / calls.length).toBeCloseTo(0.6, 1)
})

test('has exponential gaps: their standard deviation is their mean', () => {
  const times = all(6)
    .map((call) => call.dueMs)
    .filter((dueMs) => dueMs >= 100_000)
  const gaps = times.slice(1).map((dueMs, index) => dueMs - (times[index] ?? 0))
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length

  expect(Math.sqrt(variance) / mean).toBeCloseTo(1, 1)
})

test('never goes back in time, and ends with the last step', () => {
  const times = all(7).map((call) => call.dueMs)

  expect(times).toEqual(times.toSorted((first, second) => first - second))
  expect(times.at(-1)).toBeLessThan(200_000)
})

test('the same seed gives the same calls, another seed others', () => {
  expect(all(8).slice(0, 50)).toEqual(all(8).slice(0, 50))
  expect(all(8).slice(0, 50)).not.toEqual(all(9).slice(0, 50))
})
