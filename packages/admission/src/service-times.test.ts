import { CallTraits, defaultCallFacts } from '@spillway/call'
import { SeededRandom } from '@spillway/clock'
import { expect, test } from 'vitest'
import { defaultAdmissionConfig, type FeasibilityConfig } from './admission-config.ts'
import { ServiceTimes } from './service-times.ts'

const [A, B, C] = [methodOf('/a'), methodOf('/b'), methodOf('/c')]

function methodOf(path: string): CallTraits {
  return new CallTraits({ ...defaultCallFacts, path })
}

function aServiceTimes(config: Partial<FeasibilityConfig> = {}): ServiceTimes {
  return new ServiceTimes({ ...defaultAdmissionConfig.feasibility, ...config })
}

function observeMany(times: ServiceTimes, count: number, tookMs: () => number): void {
  for (let index = 0; index < count; index++) times.observe(A, tookMs(), 0)
}

test('claims nothing before it has seen enough', () => {
  const times = aServiceTimes({ minSamples: 10 })

  observeMany(times, 9, () => 50)
  expect(times.expectedMs(A, 0)).toBe(0)

  observeMany(times, 1, () => 50)
  expect(times.expectedMs(A, 0)).toBe(50)
})

test('starts from the fastest of the first calls', () => {
  const times = aServiceTimes({ minSamples: 3 })
  for (const tookMs of [900, 20, 300]) times.observe(A, tookMs, 0)

  expect(times.expectedMs(A, 0)).toBe(20)
})

test.each([
  [0.5, 50],
  [0.9, 90],
])('finds the %d quantile of evenly spread times', (quantile, expected) => {
  const times = aServiceTimes({ quantile })
  const random = new SeededRandom(3)
  observeMany(times, 2_000, () => 100 * random.next())
  let sum = 0
  for (let index = 0; index < 1_000; index++) {
    observeMany(times, 1, () => 100 * random.next())
    sum += times.expectedMs(A, 0)
  }

  expect(Math.abs(sum / 1_000 - expected)).toBeLessThan(8)
})

test('follows a tenfold change within a hundred calls, up and down', () => {
  const times = aServiceTimes()
  observeMany(times, 50, () => 10)

  observeMany(times, 100, () => 100)
  expect(times.expectedMs(A, 0)).toBeGreaterThan(90)

  observeMany(times, 100, () => 10)
  expect(times.expectedMs(A, 0)).toBeLessThan(11)
})

test('fades once samples stop, so that an estimate that keeps all calls out is corrected', () => {
  const times = aServiceTimes({ believedMs: 1_000 })
  observeMany(times, 10, () => 400)

  expect(times.expectedMs(A, 1_000)).toBe(400)
  expect(times.expectedMs(A, 4_000)).toBe(100)
})

test('grows again from calls that took no time at all', () => {
  const times = aServiceTimes()
  observeMany(times, 5_000, () => 0)

  observeMany(times, 300, () => 80)

  expect(times.expectedMs(A, 0)).toBeGreaterThan(70)
})

test('keeps methods apart', () => {
  const times = aServiceTimes()
  observeMany(times, 20, () => 400)

  expect(times.expectedMs(B, 0)).toBe(0)
})

test('remembers no more methods than allowed, and those in use before strangers', () => {
  const times = aServiceTimes({ maxMethods: 2, minSamples: 1 })
  times.observe(A, 5, 0)
  times.observe(B, 6, 0)

  times.observe(C, 7, 500)

  expect([A, B, C].map((method) => times.expectedMs(method, 500))).toEqual([5, 6, 0])
})

test('forgets an idle method for a new one', () => {
  const times = aServiceTimes({ maxMethods: 2, minSamples: 1, believedMs: 1_000 })
  times.observe(A, 5, 0)
  times.observe(B, 6, 2_000)

  times.observe(C, 7, 2_000)

  expect([A, B, C].map((method) => times.expectedMs(method, 2_000))).toEqual([0, 6, 7])

  times.observe(A, 9, 4_000)
  expect([A, B, C].map((method) => times.expectedMs(method, 4_000))).toEqual([9, 0, 3.5])
})
