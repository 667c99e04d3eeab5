import { expect, test } from 'vitest'
import { expectKept } from './random-courses.fixture.ts'
import { MODES, breakAtRandom } from './random-world.ts'

test.each(MODES)('keeps the promise whatever breaks, aggregators by %s', { timeout: 240_000 }, (mode) =>
  expectKept(300_000, mode),
)

/** Seeds that once broke the promise, and what was wrong. */
test.each([
  [24, 'a new aggregator did not know how large the slices of its predecessor were'],
  [66, 'a leader that had slept went on granting'],
  [153, 'an heir lost office for a moment and forgot what it had inherited'],
  [1101, 'the key store lost a renewal that no candidate had seen'],
])('keeps the promise with seed %i: %s', (seed) => {
  for (const mode of MODES) expect(breakAtRandom(seed, 10_000, mode)).toBeUndefined()
})
