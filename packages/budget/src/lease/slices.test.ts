import { ManualClock } from '@spillway/clock'
import { expect, test } from 'vitest'
import { aReport } from './lease.fixture.ts'
import type { Capacity } from './capacity.ts'
import { LeaseGrantor } from './lease-grantor.ts'
import type { LeaseGrant, LeaseReport } from './message.ts'
import { NO_SHARE, addShares, type Share } from './share.ts'

const SLICE_MS = 30_000
const pool = { rate: 30, burst: 15 }
const capacity: Capacity = { share: { rate: 100, burst: 50 }, expiresMs: Number.POSITIVE_INFINITY, pool }

function aGrantor(epoch: number, clock: ManualClock): LeaseGrantor {
  const config = { budget: 'b', incarnation: `g${epoch}`, drift: 0, ttlMs: 3_000, sliceTtlMs: SLICE_MS, spare: 0.04 }
  const entitlement = { floor: NO_SHARE, weight: 1 }
  return new LeaseGrantor(
    { ...config, lumps: 'always', leastBurst: 2, worthwhile: 0.05, slicesBefore: pool },
    epoch,
    clock,
    () => entitlement,
  )
}

/** Holders, named with their incarnation, that report whenever asked and run on what they are given. */
class Holders {
  readonly #wants: ReadonlyMap<string, readonly number[]>
  readonly #grants = new Map<string, LeaseGrant>()
  #seq = 0

  constructor(wants: Readonly<Record<string, readonly number[]>>) {
    this.#wants = new Map(Object.entries(wants))
  }

  /** They report to that grantor, and it answers, a few times. */
  talkTo(grantor: LeaseGrantor, names = [...this.#wants.keys()]): void {
    for (let round = 0; round < 4; round++) {
      this.#seq++
      for (const holder of names) grantor.receive(this.#report(holder))
      for (const grant of grantor.allocate(capacity)) this.#grants.set(`${grant.holder}/${grant.incarnation}`, grant)
    }
  }

  sliceOf(holder: string): Share {
    return this.#grants.get(holder)?.slice ?? NO_SHARE
  }

  get slices(): Share {
    return [...this.#wants.keys()].map((holder) => this.sliceOf(holder)).reduce(addShares, NO_SHARE)
  }

  #report(name: string): LeaseReport {
    const held = this.#grants.get(name)
    const [holder = '', incarnation = ''] = name.split('/')
    const own = held ? { ack: held, force: held.share, slice: held.slice } : {}
    return aReport({ holder, incarnation, seq: this.#seq, wants: this.#wants.get(name) ?? [], ...own })
  }
}

test('an idle holder keeps its part of the floor, whatever the others ask for', () => {
  const clock = new ManualClock()
  const grantor = aGrantor(1, clock)
  const holders = new Holders({ 'idle/1': [0], 'one/1': [500], 'two/1': [500] })
  clock.advance(SLICE_MS + 1)

  holders.talkTo(grantor)

  expect(holders.sliceOf('idle/1').rate).toBeCloseTo(10)
  expect(holders.slices.rate).toBeCloseTo(30)
})

test('nobody gets a slice while those of a predecessor that are not heard of may be in force', () => {
  const clock = new ManualClock()
  const grantor = aGrantor(1, clock)
  const holders = new Holders({ 'one/1': [500], 'two/1': [500] })

  holders.talkTo(grantor)
  expect(holders.slices).toEqual(NO_SHARE)
  expect(grantor.commit().rate).toBeCloseTo(70)
  // What is kept for them is asked for above, beside what callers want.
  expect(grantor.wants()).toEqual([1_030])

  clock.advance(SLICE_MS + 1)
  holders.talkTo(grantor)
  expect(holders.slices.rate).toBeCloseTo(30)
  expect(grantor.commit().rate).toBeCloseTo(100)
})

test('slices survive a change of grantor at once, and nothing of the capacity stays idle for them', () => {
  const clock = new ManualClock()
  const holders = new Holders({ 'idle/1': [0], 'one/1': [500], 'two/1': [500] })
  const first = aGrantor(1, clock)
  clock.advance(SLICE_MS + 1)
  holders.talkTo(first)

  const second = aGrantor(2, clock)
  holders.talkTo(second)

  expect(holders.sliceOf('idle/1').rate).toBeCloseTo(10)
  expect(holders.slices.rate).toBeCloseTo(30)
  expect(second.commit().rate).toBeCloseTo(100)
})

test('a successor counts the slices of holders that it does not hear', () => {
  const clock = new ManualClock()
  const holders = new Holders({ 'lost/1': [500], 'one/1': [500], 'two/1': [500] })
  const first = aGrantor(1, clock)
  clock.advance(SLICE_MS + 1)
  holders.talkTo(first)

  const second = aGrantor(2, clock)
  holders.talkTo(second, ['one/1', 'two/1'])

  expect(holders.slices.rate).toBeLessThanOrEqual(30 + 1e-9)
  expect(second.commit().rate).toBeCloseTo(90)
})

test('under a successor that does not hear of every slice, those who live share what is left with a newcomer', () => {
  const clock = new ManualClock()
  const holders = new Holders({ 'lost/1': [500], 'one/1': [500], 'two/1': [500], 'new/1': [500] })
  const first = aGrantor(1, clock)
  clock.advance(SLICE_MS + 1)
  holders.talkTo(first, ['lost/1', 'one/1', 'two/1'])

  const second = aGrantor(2, clock)
  for (let round = 0; round < 10; round++) holders.talkTo(second, ['one/1', 'two/1', 'new/1'])

  expect(holders.sliceOf('one/1').rate).toBeCloseTo(20 / 3)
  expect(holders.sliceOf('new/1').rate).toBeCloseTo(20 / 3)
  expect(holders.slices.rate).toBeLessThanOrEqual(30 + 1e-9)
})

test('the others make room for a newcomer before the slice of a dead one has expired', () => {
  const clock = new ManualClock()
  const holders = new Holders({ 'a/old': [50], 'a/new': [50], 'b/1': [50] })
  const grantor = aGrantor(1, clock)
  clock.advance(SLICE_MS + 1)
  holders.talkTo(grantor, ['a/old', 'b/1'])
  clock.advance(3_001)
  holders.talkTo(grantor, ['a/new', 'b/1'])

  expect(holders.sliceOf('a/old').rate).toBeCloseTo(15)
  expect(holders.sliceOf('a/new').rate).toBeGreaterThan(4)
  expect(holders.slices.rate).toBeLessThanOrEqual(30 + 1e-9)
})

test('a holder that ends in good order leaves its slice to the next one at once', () => {
  const clock = new ManualClock()
  const holders = new Holders({ 'a/old': [50], 'a/new': [50], 'b/1': [50] })
  const grantor = aGrantor(1, clock)
  clock.advance(SLICE_MS + 1)
  holders.talkTo(grantor, ['a/old', 'b/1'])
  grantor.receive(aReport({ holder: 'a', incarnation: 'old', seq: 99, wants: [], isFinal: true }))
  holders.talkTo(grantor, ['a/new'])

  expect(holders.sliceOf('a/new').rate).toBeCloseTo(15)
})

test('a holder that starts anew does not cost its reserved floor twice', () => {
  const clock = new ManualClock()
  const floor = { rate: 20, burst: 10 }
  const reserved = new Map(['a', 'b'].map((name) => [name, floor]))
  const whole = { ...capacity, reserved }
  const config = { budget: 'b', incarnation: 'g', drift: 0, ttlMs: 3_000, sliceTtlMs: Number.POSITIVE_INFINITY }
  const sharing = { spare: 0, lumps: 'in_units' as const, leastBurst: 1, worthwhile: 0.01 }
  const grantor = new LeaseGrantor({ ...config, ...sharing }, 2, clock, () => ({ floor, weight: 1, slice: floor }))
  grantor.receive(aReport({ holder: 'a', wants: [500] }))
  grantor.receive(aReport({ holder: 'b', incarnation: 'old', wants: [0] }))
  grantor.allocate(whole)

  grantor.receive(aReport({ holder: 'b', incarnation: 'new', wants: [500] }))
  const first = grantor.allocate(whole)
  expect(first).toContainEqual(expect.objectContaining({ incarnation: 'new', share: floor }))

  clock.advance(3_001)
  grantor.receive(aReport({ holder: 'b', incarnation: 'new', seq: 2, wants: [500] }))
  const second = grantor.allocate(whole)
  expect(second).toContainEqual(expect.objectContaining({ incarnation: 'new', share: { rate: 80, burst: 40 } }))
})
