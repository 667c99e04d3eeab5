import { ManualClock } from '@spillway/clock'
import { describe, expect, test } from 'vitest'
import { Bucket, NEVER } from './bucket.ts'
import { SettableClock } from './settable-clock.fixture.ts'

function aBucket(rate: number, burst: number, level?: number): { clock: ManualClock; bucket: Bucket } {
  const clock = new ManualClock()
  const bucket = new Bucket(clock, level === undefined ? { rate, burst } : { rate, burst, level })
  return { clock, bucket }
}

describe('take', () => {
  test('starts full, and tells how long the next token takes', () => {
    const { bucket } = aBucket(100, 2)

    expect([bucket.take(1), bucket.take(1), bucket.take(1)]).toEqual([0, 0, 10])
  })

  test('succeeds after the time told, and not before', () => {
    const { clock, bucket } = aBucket(100, 2)
    bucket.take(2)

    expect(bucket.take(2)).toBe(20)
    clock.advance(19)
    expect(bucket.take(2)).toBeCloseTo(1)
    clock.advance(1)
    expect(bucket.take(2)).toBe(0)
  })

  test('takes nothing when it does not take all', () => {
    const { bucket } = aBucket(100, 5, 3)

    bucket.take(4)

    expect(bucket.level()).toBe(3)
  })

  test('saves up to the burst and no more', () => {
    const { clock, bucket } = aBucket(100, 5)
    clock.advance(60_000)

    expect(bucket.level()).toBe(5)
  })

  test('never lets in a cost above the burst', () => {
    const { bucket } = aBucket(100, 5)

    expect(bucket.take(6)).toBe(NEVER)
  })

  test('names no time when nothing flows in', () => {
    const { bucket } = aBucket(0, 5, 0)

    expect(bucket.take(1)).toBe(NEVER)
  })

  test.each([0, -3, Number.NaN])('takes nothing for a cost of %d', (cost) => {
    const { bucket } = aBucket(100, 5)

    expect(bucket.take(cost)).toBe(0)
    bucket.giveBack(cost, bucket.refilledMs)
    expect(bucket.level()).toBe(5)
  })

  test('leaves the floor behind, and tells the time until it can', () => {
    const { bucket } = aBucket(100, 10, 6)

    expect(bucket.take(1, 5)).toBe(0)
    expect(bucket.take(1, 5)).toBe(10)
    expect(bucket.take(5, 0)).toBe(0)
  })

  test('lets a call in from a full bucket though it leaves less than the floor', () => {
    const { bucket } = aBucket(100, 10)

    expect(bucket.take(8, 5)).toBe(0)
  })
})

describe('giveBack', () => {
  test('undoes a take at once', () => {
    const { bucket } = aBucket(100, 10)
    bucket.take(10)

    bucket.giveBack(10, bucket.refilledMs)

    expect(bucket.level()).toBe(10)
  })

  test('returns all of it later if the bucket was far from full meanwhile', () => {
    const { clock, bucket } = aBucket(100, 1_000, 500)
    bucket.take(100)
    const takenMs = bucket.refilledMs
    clock.advance(1_000)

    bucket.giveBack(100, takenMs)

    expect(bucket.level()).toBe(600)
  })

  test('returns nothing that would have overflowed since it was taken', () => {
    const { clock, bucket } = aBucket(100, 10)
    bucket.take(10)
    const takenMs = bucket.refilledMs
    clock.advance(100)
    bucket.take(10)

    bucket.giveBack(10, takenMs)

    expect(bucket.level()).toBe(0)
  })

  test('returns nothing that a smaller burst would have cut since', () => {
    const { bucket } = aBucket(100, 10)
    bucket.take(10)
    const takenMs = bucket.refilledMs
    bucket.setRate(100, 5)
    bucket.setRate(100, 10)

    bucket.giveBack(10, takenMs)

    expect(bucket.level()).toBeLessThanOrEqual(5)
  })

  test('returns no more than there was room for, to several calls together', () => {
    const { clock, bucket } = aBucket(40, 10, 4)
    const takenMs = Array.from({ length: 3 }, () => {
      bucket.take(4)
      clock.advance(100)
      return bucket.refilledMs
    })
    bucket.take(4)
    bucket.setRate(0, 10)
    let drawn = 0
    for (const each of takenMs) {
      bucket.giveBack(4, each)
      if (bucket.take(4) === 0) drawn += 4
    }

    expect(drawn).toBeGreaterThan(0)
    expect(drawn + 4).toBeLessThanOrEqual(10)
  })

  test.each([0, 100, 1_000])(
    'returns what many calls took together from a full bucket, %i ms after its last change',
    (idleMs) => {
      const { clock, bucket } = aBucket(10, 100)
      clock.advance(idleMs)
      for (let call = 0; call < 32; call++) bucket.take(2)
      const takenMs = bucket.refilledMs
      clock.advance(1_000)
      bucket.take(1)

      for (let call = 0; call < 32; call++) bucket.giveBack(2, takenMs)

      expect(bucket.level()).toBe(99)
    },
  )

  test('returns nothing to a call from before others found the bucket full', () => {
    const { clock, bucket } = aBucket(100, 100)
    bucket.take(50)
    const takenMs = bucket.refilledMs
    clock.advance(1_000)
    bucket.take(50)
    clock.advance(1)

    bucket.giveBack(50, takenMs)

    expect(bucket.level()).toBeCloseTo(50.1)
  })

  test('returns nothing that a smaller burst cut in the moment of the take, whoever takes in it after that', () => {
    const { clock, bucket } = aBucket(100, 10)
    clock.advance(150)
    bucket.take(6)
    const takenMs = bucket.refilledMs
    bucket.setRate(100, 4)
    bucket.take(4)

    bucket.giveBack(6, takenMs)

    expect(bucket.level()).toBe(0)
  })

  test('returns nothing after longer than it remembers', () => {
    const { clock, bucket } = aBucket(1, 1_000, 10)
    bucket.take(10)
    const takenMs = bucket.refilledMs
    for (let second = 0; second < 300; second++) {
      clock.advance(1_000)
      bucket.take(1)
    }

    bucket.giveBack(10, takenMs)

    expect(bucket.level()).toBe(0)
  })
})

describe('setRate', () => {
  test('cuts the level to a smaller burst', () => {
    const { bucket } = aBucket(100, 10)

    bucket.setRate(100, 4)

    expect(bucket.level()).toBe(4)
  })

  test('adds nothing with a larger burst', () => {
    const { bucket } = aBucket(100, 10)

    bucket.setRate(100, 40)

    expect(bucket.level()).toBe(10)
  })

  test('pays out the time before it at the old rate', () => {
    const { clock, bucket } = aBucket(100, 100, 0)
    clock.advance(100)

    bucket.setRate(1_000, 100)

    expect(bucket.level()).toBe(10)
  })

  test.each([
    [-1, 1, 'rate must be a number from 0 up: -1'],
    [Number.NaN, 1, 'rate must be a number from 0 up: NaN'],
    [1, Number.POSITIVE_INFINITY, 'burst must be a number from 0 up: Infinity'],
  ])('refuses a rate of %d with a burst of %d', (rate, burst, message) => {
    const { bucket } = aBucket(100, 10)

    expect(() => bucket.setRate(rate, burst)).toThrow(message)
    expect(() => new Bucket(new ManualClock(), { rate, burst })).toThrow(message)
  })

  test('refuses to start above the burst', () => {
    expect(() => aBucket(1, 5, 6)).toThrow('level must lie between 0 and the burst: 6')
  })
})

describe('a clock that misbehaves', () => {
  test('adds nothing by going back, nor by coming forward again to where it was', () => {
    const clock = new SettableClock(10_000)
    const bucket = new Bucket(clock, { rate: 100, burst: 10, level: 0 })

    for (const nowMs of [0, 10_000, 5_000, 10_000, 9_999]) {
      clock.set(nowMs)
      expect(bucket.level()).toBe(0)
    }
  })

  test('adds nothing while it stands still, and goes on after it', () => {
    const clock = new SettableClock(0)
    const bucket = new Bucket(clock, { rate: 100, burst: 10, level: 0 })
    expect(bucket.take(1)).toBe(10)
    expect(bucket.take(1)).toBe(10)

    clock.set(10)

    expect(bucket.take(1)).toBe(0)
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('survives a reading of %d', (reading) => {
    const clock = new SettableClock(0)
    const bucket = new Bucket(clock, { rate: 100, burst: 10, level: 0 })
    clock.set(reading)
    expect(bucket.level()).toBe(0)

    clock.set(10)

    expect(bucket.level()).toBe(1)
  })
})
