import { findNatsServer } from '@spillway/testkit'
import { expect, test } from 'vitest'
import { SHORT } from './script.ts'
import { runTour } from './tour.ts'

test.skipIf(!findNatsServer()).each(['gateways', 'leaf nodes'] as const)(
  'three regions joined by %s keep the promise through moves, a surge, a partition and kills',
  async (joint) => {
    const { figures } = await runTour(SHORT, joint, () => undefined)
    const leases = figures.get('leases')

    expect(leases?.worstOfBurst).toBeLessThanOrEqual(1)
    expect(leases?.admitted).toBeGreaterThan(2_000)
  },
  90_000,
)
