import { ManualClock } from '@spillway/clock'
import { expect, test } from 'vitest'
import { Aggregator } from './aggregator.ts'
import { LeaseGrantor } from './lease-grantor.ts'
import { LeaseHolder } from './lease-holder.ts'
import { aGrant, aReport } from './lease.fixture.ts'
import { NO_SHARE } from './share.ts'

const floor = { rate: 30, burst: 15 }

/** The aggregator of region `r`, new in office under epoch 2. */
function anAggregator(clock: ManualClock): Aggregator {
  const above = new LeaseHolder({ budget: 'b', holder: 'r', incarnation: 'i', drift: 0 }, clock)
  const config = { budget: 'b', incarnation: 'g', drift: 0, ttlMs: 3_000, sliceTtlMs: 30_000, spare: 0 }
  const rest = { slicesBefore: floor, lumps: 'always' as const, leastBurst: 2, worthwhile: 0.05 }
  const entitlement = { floor: NO_SHARE, weight: 1 }
  return new Aggregator(above, new LeaseGrantor({ ...config, ...rest }, 2, clock, () => entitlement), clock)
}

test('says nothing to sidecars before it has a lease itself: a grant of nothing would take their slices', () => {
  const clock = new ManualClock()
  const aggregator = anAggregator(clock)
  aggregator.receive(aReport({ ack: { epoch: 1, seq: 1 }, force: floor, slice: floor }))

  expect(aggregator.allocate(clock.nowMs() + 8_000)).toEqual([])
  expect(aggregator.poll(() => undefined)).toMatchObject({ ack: undefined, force: floor, slice: floor })

  aggregator.accept(aGrant({ holder: 'r', share: floor, slice: floor, sliceTtlMs: Number.POSITIVE_INFINITY }))
  expect(aggregator.allocate(clock.nowMs() + 8_000)).toMatchObject([{ holder: 's', share: floor, slice: floor }])
})
