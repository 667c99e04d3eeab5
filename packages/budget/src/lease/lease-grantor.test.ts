import { ManualClock } from '@spillway/clock'
import { describe, expect, test } from 'vitest'
import { aReport } from './lease.fixture.ts'
import type { Capacity } from './capacity.ts'
import { LeaseGrantor } from './lease-grantor.ts'
import type { LeaseReport } from './message.ts'
import { NO_SHARE } from './share.ts'

const whole = { rate: 100, burst: 40 }
const capacity: Capacity = { share: whole, expiresMs: Number.POSITIVE_INFINITY, pool: NO_SHARE }

function aGrantor(clock = new ManualClock()): LeaseGrantor {
  const config = { budget: 'b', incarnation: 'g', drift: 0, ttlMs: 3_000, sliceTtlMs: 0, spare: 0.04 }
  const entitlementOf = (holder: string): { floor: typeof NO_SHARE; weight: number } | undefined =>
    holder === 'stranger' ? undefined : { floor: NO_SHARE, weight: 1 }
  return new LeaseGrantor({ ...config, lumps: 'always', leastBurst: 2, worthwhile: 0.05 }, 2, clock, entitlementOf)
}

const ack = { epoch: 2, seq: 1 }

describe('a report that makes no sense changes nothing', () => {
  const cases: readonly (readonly [string, Partial<LeaseReport>, string])[] = [
    ['from somebody unknown', { holder: 'stranger' }, 'foreign'],
    ['for another budget', { budget: 'other' }, 'foreign'],
    ['with negative demand', { wants: [-5] }, 'malformed'],
    ['with demand that is no number', { wants: [Number.NaN] }, 'malformed'],
    ['with endless demand', { wants: [Number.POSITIVE_INFINITY] }, 'malformed'],
    ['with absurd demand', { wants: [1e300] }, 'malformed'],
    ['with a force that is no number', { force: { rate: Number.NaN, burst: 0 } }, 'malformed'],
    ['with a negative number', { seq: -1 }, 'malformed'],
    ['with a number that is no whole one', { seq: 1.5 }, 'malformed'],
    ['with a promise of a later report', { seq: 2, ceiling: { before: 3, share: NO_SHARE } }, 'malformed'],
    [
      'with a promise that is no number',
      { seq: 2, ceiling: { before: 2, share: { rate: Number.NaN, burst: 0 } } },
      'malformed',
    ],
    ['that is replayed', { seq: 1 }, 'stale'],
    ['that claims more than it was given', { seq: 2, ack, force: { rate: 1e6, burst: 1e6 } }, 'overclaimed'],
  ]

  test.each(cases)('%s', (_, overrides, reception) => {
    const grantor = aGrantor()
    grantor.receive(aReport())
    grantor.allocate(capacity)
    const before = grantor.commit()

    expect(grantor.receive(aReport(overrides))).toBe(reception)
    grantor.allocate(capacity)
    expect(grantor.commit()).toEqual(before)
  })

  test('with an acknowledgement of a future epoch frees nothing', () => {
    const grantor = aGrantor()
    grantor.receive(aReport())
    grantor.allocate(capacity)
    grantor.receive(aReport({ seq: 2, ack: { epoch: 9, seq: 9 } }))

    expect(grantor.commit().rate).toBeCloseTo(100)
  })
})

test('gives nothing beyond the capacity while a lost cut may still be in force', () => {
  const grantor = aGrantor()
  grantor.receive(aReport())
  grantor.allocate(capacity)
  grantor.receive(aReport({ holder: 't' }))
  grantor.allocate(capacity)

  expect(grantor.commit().rate).toBeLessThanOrEqual(100)
})

test('shares out at once what is given up, although a grant that does not know of it is under way', () => {
  const clock = new ManualClock()
  const grantor = aGrantor(clock)
  grantor.receive(aReport({ holder: 'a', wants: [200] }))
  const [first] = grantor.allocate(capacity)
  const id = { epoch: 2, seq: first?.seq ?? 0 }
  const share = first?.share ?? NO_SHARE
  grantor.receive(aReport({ holder: 'a', seq: 2, wants: [200], ack: id, force: share }))
  grantor.allocate(capacity)
  grantor.receive(aReport({ holder: 'b', wants: [200] }))
  const left = { rate: 10, burst: 4 }

  const released = { holder: 'a', seq: 3, wants: [10], ack: id, force: left }
  grantor.receive(aReport({ ...released, ceiling: { before: 3, share: left } }))
  const grants = grantor.allocate(capacity)

  expect(grants.find(({ holder }) => holder === 'b')?.share.rate).toBeGreaterThan(80)
  expect(grantor.commit().rate).toBeLessThanOrEqual(100.001)
})

test('shares out at once what a silent holder had, when a short lease has run out', () => {
  const clock = new ManualClock()
  const grantor = aGrantor(clock)
  for (const holder of ['a', 'b']) grantor.receive(aReport({ holder, wants: [200] }))
  grantor.allocate({ ...capacity, expiresMs: clock.nowMs() + 1_000 })
  clock.advance(1_001)
  grantor.receive(aReport({ holder: 'a', seq: 2, wants: [200] }))

  expect(grantor.allocate(capacity)).toMatchObject([{ holder: 'a', share: { rate: expect.closeTo(100) } }])
})

test('hands saved-up units out in whole numbers when there are fewer than holders', () => {
  const clock = new ManualClock()
  const grantor = aGrantor(clock)
  const few = { ...capacity, share: { rate: 2, burst: 3 } }
  const names = ['a', 'b', 'c', 'd']
  for (const holder of names) grantor.receive(aReport({ holder }))
  grantor.allocate(few)
  clock.advance(1_500)
  for (const holder of names) grantor.receive(aReport({ holder, seq: 2 }))
  const lumps = grantor.allocate(few).map(({ lump }) => lump)

  expect(lumps.toSorted((one, other) => one - other)).toEqual([0, 1, 1, 1])
})

test('adds floors beyond the whole up to no more than the whole', () => {
  const config = {
    budget: 'b',
    incarnation: 'g',
    drift: 0,
    ttlMs: 3_000,
    sliceTtlMs: Number.POSITIVE_INFINITY,
    spare: 0,
  }
  const floor = { rate: 80, burst: 30 }
  const reserved = new Map([
    ['a', floor],
    ['b', floor],
  ])
  const entitlement = { floor, weight: 1, slice: floor }
  const grantor = new LeaseGrantor(
    { ...config, lumps: 'in_units', leastBurst: 1, worthwhile: 0.05 },
    2,
    new ManualClock(),
    () => entitlement,
  )
  grantor.receive(aReport({ holder: 'a' }))
  grantor.receive(aReport({ holder: 'b' }))
  const grants = grantor.allocate({ ...capacity, reserved })

  expect(grants.reduce((sum, { share }) => sum + share.rate, 0)).toBeLessThanOrEqual(100)
})

describe('a holder that has ended', () => {
  const last = { seq: 2, wants: [], isFinal: true } as const

  test('gives back at once what it holds, what is on its way to it included', () => {
    const grantor = aGrantor()
    grantor.receive(aReport({ wants: [500] }))
    grantor.receive(aReport({ holder: 't', wants: [500] }))
    grantor.allocate(capacity)
    grantor.receive(aReport(last))

    expect(grantor.commit().rate).toBeCloseTo(50)
    grantor.receive(aReport({ holder: 't', seq: 2, wants: [500] }))
    expect(grantor.allocate(capacity)).toMatchObject([{ holder: 't', share: { rate: expect.closeTo(100) } }])
  })

  test('is granted nothing more, whatever of its reports comes late', () => {
    const clock = new ManualClock()
    const grantor = aGrantor(clock)
    grantor.receive(aReport(last))
    grantor.allocate(capacity)

    expect(grantor.receive(aReport({ slice: whole, force: whole }))).toBe('stale')
    expect(grantor.allocate(capacity)).toEqual([])
    expect(grantor.commit()).toEqual(NO_SHARE)
    clock.advance(3_001)
    grantor.allocate(capacity)
    expect(grantor.commit()).toEqual(NO_SHARE)
  })

  test('leaves its next incarnation alone', () => {
    const grantor = aGrantor()
    grantor.receive(aReport())
    grantor.receive(aReport({ incarnation: 'next', wants: [500] }))
    grantor.allocate(capacity)
    grantor.receive(aReport(last))

    grantor.receive(aReport({ incarnation: 'next', seq: 2, wants: [500] }))
    expect(grantor.allocate(capacity)).toMatchObject([{ incarnation: 'next' }])
  })
})

test.each([
  ['who was in touch', 3],
  ['of whom nothing was heard', 0],
])('counts no unit again that was given back to a predecessor, by one %s', (_, seq) => {
  const grantor = aGrantor()
  grantor.allocate(capacity)
  const share = { rate: 10, burst: 4 }
  const left = { holder: 's', incarnation: 'i', wants: [1], returned: 20, share, slice: NO_SHARE }
  grantor.goOn({ ...left, seq, remainingMs: 3_000, sliceRemainingMs: 0 }, 0)
  grantor.receive(aReport({ seq: 4, force: share, returned: 20 }))

  expect(grantor.pot.level).toBe(0)
})

test('counts no unit again that was given back to a predecessor which handed over', () => {
  const grantor = aGrantor()
  grantor.allocate(capacity)
  const share = { rate: 10, burst: 4 }
  grantor.inherit({ budget: 'b', holder: 's', incarnation: 'i', share, remainingMs: 3_000 }, 3_000)
  grantor.receive(aReport({ seq: 4, force: share, returned: 20 }))

  expect(grantor.pot.level).toBe(0)
})
