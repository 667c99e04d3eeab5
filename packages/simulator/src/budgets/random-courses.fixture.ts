import { expect } from 'vitest'
import { breakAtRandom } from './random-world.ts'

type Course = Parameters<typeof breakAtRandom>

/** Takes so many steps, unless SPILLWAY_SIM_STEPS says how many, from seed 1 or SEED on; fails with the first seed that breaks the promise. */
export function expectKept(usualSteps: number, mode: Course[2], kind?: Course[3]): void {
  const steps = Number(process.env['SPILLWAY_SIM_STEPS'] ?? usualSteps)
  const perSeed = 10_000
  const firstSeed = Number(process.env['SEED'] ?? 1)
  for (let seed = firstSeed; seed < firstSeed + steps / perSeed; seed++) {
    expect(breakAtRandom(seed, perSeed, mode, kind)).toBeUndefined()
  }
}
