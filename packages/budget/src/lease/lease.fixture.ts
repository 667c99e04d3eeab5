import type { LeaseGrant, LeaseReport } from './message.ts'
import { NO_SHARE } from './share.ts'

/** A grant to `s` of budget `b` that answers its first report. */
export function aGrant(overrides: Partial<LeaseGrant> = {}): LeaseGrant {
  return {
    budget: 'b',
    holder: 's',
    incarnation: 'i',
    grantor: 'g',
    epoch: 1,
    seq: 1,
    anchor: 1,
    share: { rate: 100, burst: 100 },
    slice: NO_SHARE,
    ttlMs: 3_000,
    sliceTtlMs: 0,
    lump: 0,
    isPressed: false,
    isInUnits: false,
    ...overrides,
  }
}

/** The first report of `s` on budget `b`. */
export function aReport(overrides: Partial<LeaseReport> = {}): LeaseReport {
  return {
    budget: 'b',
    holder: 's',
    incarnation: 'i',
    seq: 1,
    ack: undefined,
    force: NO_SHARE,
    slice: NO_SHARE,
    used: 0,
    wants: [100],
    level: 0,
    asks: [],
    returned: 0,
    ...overrides,
  }
}
