import { findNatsServer } from '@spillway/testkit'
import { expect, test } from 'vitest'
import { SHORT } from './script.ts'
import { runTour } from './tour.ts'

test.skipIf(!findNatsServer())(
  'three regions keep the promise through moves, a surge, a partition and kills',
  async () => {
    const { figures } = await runTour(SHORT, 'gateways', () => undefined)
    const leases = figures.get('leases')

    expect(leases?.worstOfBurst).toBeLessThanOrEqual(1)
    expect(leases?.admitted).toBeGreaterThan(1_500)
  },
  100_000,
)
