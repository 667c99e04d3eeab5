import { findNatsServer } from '@spillway/testkit'
import { expect, test } from 'vitest'
import { figuresOfAll } from './tour-result.ts'
import { SHORT } from './script.ts'
import { runTour } from './tour.ts'

test.skipIf(!findNatsServer())(
  'three regions of real sidecars keep the promise through moves, a surge, a partition and kills',
  async () => {
    const result = await runTour(SHORT, 'gateways', () => undefined)
    const ours = figuresOfAll(result).get('leases')

    expect(ours?.worstOfBurst).toBeLessThanOrEqual(1)
    // Far below what it serves, so that a machine that does ten other things does not fail it; far above the floors.
    expect(ours?.admitted.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(2_000)
    expect(result.mostAllocators).toBe(1)
  },
  150_000,
)
