import { SeededRandom } from '@spillway/clock'
import { expect, test } from 'vitest'
import { lognormalServiceTime } from './service-time.ts'

test('has the mean and the variation that it was asked for', () => {
  const draw = lognormalServiceTime(100, 0.5, new SeededRandom(3))
  const times = Array.from({ length: 100_000 }, draw)

  const mean = times.reduce((sum, time) => sum + time, 0) / times.length
  const variance = times.reduce((sum, time) => sum + (time - mean) ** 2, 0) / times.length

  expect(mean).toBeGreaterThan(99)
  expect(mean).toBeLessThan(101)
  expect(Math.sqrt(variance) / mean).toBeCloseTo(0.5, 1)
  expect(Math.min(...times.slice(0, 1_000))).toBeGreaterThan(0)
})

test('the same seed gives the same times', () => {
  const first = lognormalServiceTime(100, 0.5, new SeededRandom(3))
  const second = lognormalServiceTime(100, 0.5, new SeededRandom(3))

  expect([first(), first(), first()]).toEqual([second(), second(), second()])
})
