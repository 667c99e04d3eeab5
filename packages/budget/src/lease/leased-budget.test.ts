import { ManualClock, SeededRandom } from '@spillway/clock'
import { expect, test } from 'vitest'
import { aGrant } from './lease.fixture.ts'
import { LeasedBudget } from './leased-budget.ts'
import { defaultLeasedBudgetConfig, type LeasedBudgetConfig } from './leased-budget-config.ts'
import { NO_SHARE } from './share.ts'

const identity = { budget: 'b', holder: 's', incarnation: 'i', drift: 0, refillDrift: 0 }
const usual = { ...defaultLeasedBudgetConfig, ...identity, classFloors: [] }

/** A budget of 100 a second and 100 saved up at most, with that many saved up. */
function aBudget(lump: number, config: LeasedBudgetConfig = usual): { clock: ManualClock; budget: LeasedBudget } {
  const clock = new ManualClock()
  const budget = new LeasedBudget(config, clock)
  budget.poll()
  budget.accept(aGrant({ lump }))
  return { clock, budget }
}

test('starts empty, and a growth adds nothing at once', () => {
  const { budget } = aBudget(0)

  expect(budget.take(1, 0)).toBe(false)
})

test('adds a lump once, and no more than fits', () => {
  const { budget } = aBudget(1_000)
  budget.accept(aGrant({ lump: 1_000 }))

  expect(budget.takeMany(200, 0)).toBe(100)
})

test('says how long until the next units are there', () => {
  const { budget } = aBudget(0)

  expect(budget.take(5, 0)).toBe(false)
  expect(budget.waitMs).toBeCloseTo(50)
})

test('spends nothing once the lease has run out', () => {
  const { clock, budget } = aBudget(100)
  clock.advance(3_000)

  expect(budget.take(1, 0)).toBe(false)
})

test('refunds what a call did not need, half a minute later too', () => {
  const { clock, budget } = aBudget(0)
  budget.accept(aGrant({ seq: 2, share: { rate: 1, burst: 100 }, ttlMs: 1e6, lump: 100 }))
  clock.advance(1_000)
  budget.take(80, 0)
  const { takenMs } = budget
  clock.advance(30_000)
  budget.settle(80, 50, takenMs)

  expect(budget.takeMany(200, 0)).toBe(80)
})

test('refunds nothing that would have overflowed in the meantime', () => {
  const { clock, budget } = aBudget(100)
  budget.take(50, 0)
  const { takenMs } = budget
  clock.advance(500)
  budget.settle(50, 0, takenMs)
  expect(budget.takeMany(1, 0)).toBe(1)
  budget.settle(0, 0, takenMs)

  expect(budget.takeMany(200, 0)).toBe(99)
})

test('refunds nothing after the lease was interrupted', () => {
  const { clock, budget } = aBudget(100)
  budget.take(80, 0)
  const { takenMs } = budget
  clock.advance(3_000)
  budget.poll()
  budget.accept(aGrant({ seq: 2, anchor: 2 }))
  budget.settle(80, 0, takenMs)

  expect(budget.take(1, 0)).toBe(false)
})

test('refunds nothing after a shrink that left no room', () => {
  const { budget } = aBudget(100)
  budget.take(50, 0)
  const { takenMs } = budget
  budget.accept(aGrant({ seq: 2, share: { rate: 10, burst: 10 } }))
  budget.settle(50, 0, takenMs)

  expect(budget.takeMany(200, 0)).toBe(10)
})

test('repays a debt before it admits anybody', () => {
  const { clock, budget } = aBudget(100)
  budget.take(100, 0)
  budget.settle(100, 150, budget.takenMs)
  clock.advance(500)
  expect(budget.take(1, 0)).toBe(false)
  clock.advance(20)

  expect(budget.take(1, 0)).toBe(true)
})

test('serves nearly all critical calls of a small share that is all but spent on them', () => {
  const { clock, budget } = aBudget(0)
  budget.accept(aGrant({ seq: 2, share: { rate: 66, burst: 66 }, ttlMs: 1e9 }))
  const random = new SeededRandom(11)
  const arrivals = (perSecond: number): number => (random.next() < perSecond / 200 ? 1 : 0)
  let offered = 0
  let served = 0
  for (let step = 0; step < 200 * 600; step++) {
    clock.advance(5)
    const critical = arrivals(60)
    offered += critical
    served += budget.takeMany(critical, 0)
    budget.takeMany(arrivals(60), 1)
  }

  expect(served / offered).toBeGreaterThan(0.99)
})

test('leaves each tier its floor when more important ones keep the bucket below its watermark', () => {
  const { clock, budget } = aBudget(0, { ...usual, classFloors: [0, 0, 0, 0.02] })
  let batch = 0
  for (let step = 0; step < 250; step++) {
    clock.advance(10)
    budget.takeMany(1, 0)
    if (budget.take(1, 3)) batch++
  }

  expect(batch).toBeGreaterThan(0)
  expect(batch).toBeLessThan(10)
})

test('an end leaves nothing in force, takes no grant any more, and is reported once', () => {
  const { budget } = aBudget(50)

  expect(budget.end()).toMatchObject({
    seq: 2,
    ack: { epoch: 1, seq: 1 },
    force: NO_SHARE,
    slice: NO_SHARE,
    isFinal: true,
  })
  expect(budget.take(1, 0)).toBe(false)
  expect(budget.accept(aGrant({ seq: 2, anchor: 2, lump: 50 }))).toBe('stale')
  expect(budget.take(1, 0)).toBe(false)
  expect(budget.isCutOff).toBe(true)
  expect(budget.poll()).toBeUndefined()
})

test.each([
  [0.8, 0.93],
  [0.5, 0.98],
])('a small share serves critical calls that ask for %d of it, whatever the others ask for', (part, served) => {
  const { clock, budget } = aBudget(0)
  budget.poll()
  budget.accept(aGrant({ seq: 2, anchor: 1, share: { rate: 10, burst: 10 }, ttlMs: 1_000_000 }))
  const random = new SeededRandom(3)
  const counts = { offered: 0, admitted: 0 }
  for (let step = 0; step < 300_000; step++) {
    clock.advance(1)
    if (step % 25 === 0) budget.poll()
    if (random.next() < 0.05) budget.take(1, 1)
    if (random.next() >= 0.01 * part) continue
    counts.offered++
    if (budget.take(1, 0)) counts.admitted++
  }

  expect(counts.admitted / counts.offered).toBeGreaterThan(served)
  expect(budget.used).toBeGreaterThan(0.97 * 10 * 300)
})
