import { expect, test } from 'vitest'
import { readFlags } from './run-simulation.ts'

test('simulates five regions of four sidecars when nothing is said', () => {
  const { scale, seed } = readFlags(['budgets'])

  expect(scale).toMatchObject({ regions: 5, sidecars: 4, floors: 0.1 })
  expect(seed).toBe(1)
})

test('takes a fleet of half a million, and measures it for five seconds in one scenario unless others are named', () => {
  const huge = ['budgets', '--regions', '50', '--sidecars', '10000']
  const { scale, only } = readFlags(huge)

  expect(scale).toMatchObject({ regions: 50, sidecars: 10_000, measuredMs: 5_000 })
  expect(only).toEqual(['steady'])
  expect(readFlags([...huge, '--only', 'hot,shift']).only).toEqual(['hot', 'shift'])
})

test.each([
  [[], 'which simulation?; there is: budgets; try: npm run sim -- budgets'],
  [['gates'], 'no simulation of that name: gates; there is: budgets; try: npm run sim -- budgets'],
  [['budgets', '--regions', '1'], '--regions must be a whole number from 2 to 100: 1; try --regions 2'],
  [['budgets', '--regions', '1e9'], '--regions must be a whole number from 2 to 100: 1e9; try --regions 100'],
  [['budgets', '--sidecars', 'many'], '--sidecars must be a whole number from 1 to 20000: many; try --sidecars 1'],
  [['budgets', '--seconds', '2.5'], '--seconds must be a whole number from 5 to 3600: 2.5; try --seconds 5'],
  [['budgets', '--seconds', '-5'], '--seconds needs a value; write --seconds=…; npm run sim -- --help says which'],
  [['budgets', '--seed'], '--seed needs a value; write --seed=…; npm run sim -- --help says which'],
  [['budgets', '--alone=yes'], '--alone takes no value; leave it out; npm run sim -- --help says which'],
  [['budgets', '--only', 'war'], /^--only knows no scenario of that name: war; there are: steady, hot.*; try --only/],
  [['budgets', '--quickly'], /^no such flag: --quickly; there are: --regions, .*; npm run sim -- --help says more$/],
  [['budgets', '-x'], /^no such flag: -x; there are: --regions/],
])('says in one line what is wrong with %j, what is allowed and what to do', (args, message) => {
  expect(() => readFlags(args)).toThrow(message)
})
