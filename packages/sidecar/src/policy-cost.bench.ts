import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const PROGRAM = fileURLToPath(new URL('policy-cost.fixture.ts', import.meta.url))
const MOST_US = 3
/** A pointer for every eighth call: what the engine itself learns, not what calls leave behind. */
const MOST_SURVIVING_BYTES = 1

// In a process of its own: the module runner of vitest makes every imported name a function call.
test('policy costs a call at most three microseconds and leaves nothing behind, shed, in shadow or neither', () => {
  const costs = JSON.parse(execFileSync(process.execPath, ['--expose-gc', PROGRAM], { encoding: 'utf8' })) as Record<
    string,
    number
  >
  console.table(costs)

  expect(costs['throughUs']).toBeLessThan(MOST_US)
  expect(costs['shadowUs']).toBeLessThan(MOST_US)
  expect(costs['shedUs']).toBeLessThan(MOST_US)
  expect(costs['throughSurvivingBytes']).toBeLessThan(MOST_SURVIVING_BYTES)
  expect(costs['shadowSurvivingBytes']).toBeLessThan(MOST_SURVIVING_BYTES)
  expect(costs['shedSurvivingBytes']).toBeLessThan(MOST_SURVIVING_BYTES)
})
