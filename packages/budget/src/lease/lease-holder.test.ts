import { ManualClock } from '@spillway/clock'
import { expect, test } from 'vitest'
import { LeaseHolder } from './lease-holder.ts'
import type { LeaseGrant } from './message.ts'
import { NO_SHARE } from './share.ts'

const config = { budget: 'b', holder: 'h', incarnation: 'i', drift: 0.02 }
const state = { used: 0, wants: [0], level: 0, asks: [], returned: 0 }

function grant(overrides: Partial<LeaseGrant>): LeaseGrant {
  return {
    budget: 'b',
    holder: 'h',
    incarnation: 'i',
    grantor: 'g',
    epoch: 1,
    seq: 1,
    anchor: 1,
    share: { rate: 100, burst: 10 },
    ttlMs: 3_000,
    slice: { rate: 5, burst: 1 },
    sliceTtlMs: 60_000,
    lump: 0,
    isPressed: false,
    isInUnits: false,
    ...overrides,
  }
}

function newHolder(): { holder: LeaseHolder; clock: ManualClock } {
  const clock = new ManualClock(1_000_000)
  const holder = new LeaseHolder(config, clock)
  holder.report(state)
  return { holder, clock }
}

test('counts the time of a lease from its own sending of the report, not from the arrival of the grant', () => {
  const { holder, clock } = newHolder()
  clock.advance(2_000)
  expect(holder.accept(grant({}))).toBe('applied')

  clock.advance(939)
  expect(holder.force.rate).toBe(100)
  clock.advance(2)
  expect(holder.force.rate).toBe(5)
})

test('falls back on the slice, and then on nothing', () => {
  const { holder, clock } = newHolder()
  holder.accept(grant({}))

  clock.advance(58_000)
  expect(holder.force.rate).toBe(5)
  clock.advance(1_000)
  expect(holder.force).toEqual(NO_SHARE)
})

test('ends the lease when the wall clock alone says so: the machine may have slept', () => {
  const { holder, clock } = newHolder()
  holder.accept(grant({}))

  clock.jumpWall(3_000)

  expect(holder.isCutOff).toBe(true)
})

test('does not prolong the lease when the wall clock is set back', () => {
  const { holder, clock } = newHolder()
  holder.accept(grant({}))

  clock.jumpWall(-60_000)
  clock.advance(2_941)

  expect(holder.isCutOff).toBe(true)
})

test.each([
  ['an older grant', { seq: 1 }, 'stale'],
  ['an older epoch', { epoch: 0, seq: 9 }, 'stale'],
  ['a second grantor of the same epoch', { seq: 3, grantor: 'other' }, 'fenced'],
  ['an answer to a report that was never sent', { seq: 3, anchor: 7 }, 'unanchored'],
  ['a grant for somebody else', { seq: 3, holder: 'other' }, 'foreign'],
  ['a grant for an earlier incarnation', { seq: 3, incarnation: 'earlier' }, 'foreign'],
  ['a negative rate', { seq: 3, share: { rate: -1, burst: 1 } }, 'malformed'],
  ['a rate that is no number', { seq: 3, share: { rate: Number.NaN, burst: 1 } }, 'malformed'],
  ['an absurd rate', { seq: 3, share: { rate: 1e300, burst: 1 } }, 'malformed'],
  ['a slice larger than the share', { seq: 3, slice: { rate: 901, burst: 1 } }, 'malformed'],
] as const)('refuses %s and keeps what is in force', (_, overrides, reason) => {
  const { holder } = newHolder()
  holder.accept(grant({ seq: 2 }))

  expect(holder.accept(grant({ share: { rate: 900, burst: 90 }, ...overrides }))).toBe(reason)

  expect(holder.force.rate).toBe(100)
})

test('takes a grant of a newer epoch whatever its number', () => {
  const { holder } = newHolder()
  holder.accept(grant({ seq: 50 }))

  expect(holder.accept(grant({ epoch: 2, seq: 1, grantor: 'successor' }))).toBe('applied')
})

test('gives up at once what it releases, and reports no more than is left', () => {
  const { holder } = newHolder()
  holder.accept(grant({}))

  holder.release({ rate: 40, burst: 4 })

  expect(holder.report(state).force).toEqual({ rate: 40, burst: 4 })
})

test('takes nothing back from a grant that answers a report from before a release', () => {
  const { holder } = newHolder()
  holder.accept(grant({}))
  holder.report(state)
  holder.release({ rate: 40, burst: 4 })

  expect(holder.report(state).ceiling).toEqual({ before: 3, share: { rate: 40, burst: 4 } })
  expect(holder.accept(grant({ seq: 2, anchor: 2, share: { rate: 90, burst: 9 } }))).toBe('applied')
  expect(holder.force).toEqual({ rate: 40, burst: 4 })
  expect(holder.report(state).ceiling).toEqual({ before: 3, share: { rate: 40, burst: 4 } })
  holder.accept(grant({ seq: 3, anchor: 2, share: { rate: 90, burst: 9 }, slice: { rate: 50, burst: 5 } }))
  expect(holder.force.rate).toBe(50)
})

test('grows again with the first grant that knows of the release', () => {
  const { holder } = newHolder()
  holder.accept(grant({}))
  holder.release({ rate: 40, burst: 4 })
  holder.report(state)

  holder.accept(grant({ seq: 2, anchor: 2, share: { rate: 90, burst: 9 } }))

  expect(holder.force.rate).toBe(90)
  expect(holder.report(state).ceiling).toBeUndefined()
})

test('promises nothing when a grant came between the release and the report', () => {
  const { holder } = newHolder()
  holder.accept(grant({}))
  holder.release({ rate: 40, burst: 4 })
  holder.accept(grant({ seq: 2 }))

  expect(holder.report(state)).toMatchObject({ force: { rate: 100, burst: 10 } })
  expect(holder.report(state).ceiling).toBeUndefined()
})

test('promises nothing of whole units: one that is on its way is for a call', () => {
  const { holder } = newHolder()
  holder.accept(grant({ isInUnits: true, share: { rate: 0, burst: 3 }, slice: NO_SHARE }))
  holder.release({ rate: 0, burst: 0 })

  expect(holder.report(state).ceiling).toBeUndefined()
})

test('reports a cut only as far as it was clawed back from those it lent to', () => {
  const { holder } = newHolder()
  holder.accept(grant({ share: { rate: 20, burst: 2 } }))

  expect(holder.report(state, { rate: 70, burst: 7 }).force).toEqual({ rate: 70, burst: 7 })
})
