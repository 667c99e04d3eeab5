import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { assertWithin } from './bounded-property.ts'

const BOUNDS = { runMs: 50, totalMs: 500 }
const forEver = (): Promise<void> => new Promise(() => undefined)

test('a property that holds passes', async () => {
  await expect(assertWithin(BOUNDS, 10, fc.nat(), async () => undefined)).resolves.toBeUndefined()
})

test('a run that never ends is a failure, and names what it ran with', async () => {
  await expect(assertWithin(BOUNDS, 10, fc.constant('stuck'), forEver)).rejects.toThrow(/Counterexample: \["stuck"\]/)
})

test('the search for the smallest counterexample ends with the time, and tells the best one so far', async () => {
  const runs: number[] = []
  const check = assertWithin(BOUNDS, 10, fc.integer({ min: 2 ** 20, max: 2 ** 30 }), async (value) => {
    runs.push(value)
    await forEver()
  })

  await expect(check).rejects.toThrow(/Counterexample: \[\d+\]/)
  expect(runs.length).toBeLessThanOrEqual(BOUNDS.totalMs / BOUNDS.runMs + 1)
})

test('runs that could not be done in time are a failure', async () => {
  const slow = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20))
  await expect(assertWithin(BOUNDS, 1_000, fc.nat(), slow)).rejects.toThrow(/interrupted/i)
})
