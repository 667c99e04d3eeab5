import { expect, test } from 'vitest'
import { tryElections } from './election-trial.ts'

/** Until every region has an aggregator: what the keys of the slowest clock take, and a message there and back. */
const KEYS_MS = 10_000 * 1.02 * 1.01 + 100

const SEEDS = [1, 2, 3, 4]

test.each([1, 2, 3, 5, 10, 20, 50])(
  'of %i regions one is allocator a second after they have aggregators, and another one 11 s after its death',
  { timeout: 120_000 },
  (regions) => {
    for (const seed of SEEDS) {
      const { coldMs, failoverMs, isKept } = tryElections(regions, seed)
      expect({ seed, isKept }).toEqual({ seed, isKept: true })
      expect(coldMs).toBeLessThan(KEYS_MS + 1_000)
      expect(failoverMs).toBeLessThan(11_000)
    }
  },
)
