import { LeasedBudget, NO_SHARE, SharedBudget, defaultLeasedBudgetConfig } from '@spillway/budget'
import { ManualClock } from '@spillway/clock'
import type { SidecarEvent } from '@spillway/telemetry'
import { expect, test } from 'vitest'
import { LeaseWatch } from './lease-watch.ts'

const SHARE = { rate: 100, burst: 10 }

/** A shared budget that can be granted 3 s of {@link SHARE}, and what was told of it. */
function aScene() {
  const clock = new ManualClock()
  const identity = { budget: 'scoring', holder: 'one', incarnation: 'first', drift: 0 }
  const lease = new LeasedBudget({ ...defaultLeasedBudgetConfig, ...identity }, clock)
  const budget = new SharedBudget('scoring', lease, { ...SHARE, onCutOff: 'floor' }, clock)
  const events: SidecarEvent[] = []
  const watch = new LeaseWatch('east', (event) => void events.push(event))
  const grant = (): void => {
    lease.reconnected()
    const anchor = lease.poll()?.seq ?? 0
    const id = { budget: 'scoring', holder: 'one', incarnation: 'first', grantor: 'g', epoch: 7, seq: anchor, anchor }
    const held = { share: SHARE, ttlMs: 3_000, slice: NO_SHARE, sliceTtlMs: 3_000 }
    lease.accept({ ...id, ...held, lump: 0, isPressed: false, isInUnits: false })
  }
  return { clock, events, grant, look: () => watch.look([budget], undefined) }
}

test('tells once when a budget has a share, and once when it is cut off', () => {
  const { clock, events, grant, look } = aScene()
  look()
  grant()
  look()
  look()
  clock.advance(3_000)
  look()
  look()

  expect(events).toEqual([
    { kind: 'lease_changed', budget: 'scoring', change: 'granted', ratePerSecond: 100, epoch: 7 },
    { kind: 'lease_changed', budget: 'scoring', change: 'cut_off', ratePerSecond: 0, epoch: 7 },
  ])
})

test('says nothing of a lease that was renewed in time', () => {
  const { clock, events, grant, look } = aScene()
  grant()
  look()
  clock.advance(2_000)
  grant()
  clock.advance(2_000)
  look()

  expect(events).toHaveLength(1)
})
