import { expect, test } from 'vitest'
import { readFlags } from './run-simulation.ts'

test('simulates five regions of four sidecars when nothing is said', () => {
  const { scale, seed } = readFlags(['budgets'])

  expect(scale).toMatchObject({ regions: 5, sidecars: 4, floors: 0.1 })
  expect(seed).toBe(1)
})

test.each([
  [['gates'], 'no simulation of that name: gates; there is: budgets'],
  [['budgets', '--regions', '1'], '--regions must be a whole number from 2 to 100: 1'],
  [['budgets', '--sidecars', 'many'], '--sidecars must be a whole number from 1 to 20000: many'],
  [['budgets', '--seconds', '-5'], /--seconds/],
  [['budgets', '--only', 'war'], /^no scenario of that name: war; there are: steady, hot/],
  [['budgets', '--quickly'], /--quickly/],
])('says in one line what is wrong with %j', (args, message) => {
  expect(() => readFlags(args)).toThrow(message)
})
