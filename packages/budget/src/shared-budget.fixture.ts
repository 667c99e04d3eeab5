import type { ManualClock } from '@spillway/clock'
import { LeasedBudget } from './lease/leased-budget.ts'
import { defaultLeasedBudgetConfig } from './lease/leased-budget-config.ts'
import type { Acceptance } from './lease/lease-holder.ts'
import { NO_SHARE, type Share } from './lease/share.ts'
import { SharedBudget, type OnCutOff } from './shared-budget.ts'

/** How long the lease of {@link grant} holds, and the slice in it. */
export const LEASE_MS = 3_000
const SLICE_MS = 30_000

/** This sidecar's part of a budget of 100 a second, burst 200, without any lease. */
export function aSharedBudget(clock: ManualClock, onCutOff: OnCutOff = 'floor', askWait = 0): SharedBudget {
  const identity = { budget: 'scoring', holder: 'one', incarnation: 'first', drift: 0 }
  const lease = new LeasedBudget({ ...defaultLeasedBudgetConfig, refillDrift: 0, ...identity }, clock)
  return new SharedBudget('scoring', lease, { rate: 100, burst: 200, onCutOff, askWait }, clock)
}

let seq = 0

/** Grants it a share from now on, of which `slice` outlives the lease, and pours `lump` in. */
export function grant(
  { lease }: SharedBudget,
  share: Share,
  slice = NO_SHARE,
  lump = 0,
  isInUnits = false,
): Acceptance {
  lease.reconnected()
  const report = lease.poll()
  if (report === undefined) throw new Error('it has nothing to report')
  const { budget, holder, incarnation, seq: anchor } = report
  const from = { budget, holder, incarnation, grantor: 'grantor', epoch: 7, seq: ++seq, anchor }
  return lease.accept({
    ...from,
    share,
    ttlMs: LEASE_MS,
    slice,
    sliceTtlMs: SLICE_MS,
    lump,
    isPressed: false,
    isInUnits,
  })
}
