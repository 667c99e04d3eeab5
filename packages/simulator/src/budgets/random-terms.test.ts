import { expect, test } from 'vitest'
import { MODES, breakAtRandom } from './random-world.ts'

test.each(MODES)(
  'keeps the promise while terms change, whatever breaks, aggregators by %s',
  { timeout: 240_000 },
  (mode) => {
    const steps = Number(process.env['SPILLWAY_SIM_STEPS'] ?? 150_000)
    const perSeed = 10_000
    const firstSeed = Number(process.env['SEED'] ?? 1)
    for (let seed = firstSeed; seed < firstSeed + steps / perSeed; seed++) {
      expect(breakAtRandom(seed, perSeed, mode, 'changing')).toBeUndefined()
    }
  },
)
