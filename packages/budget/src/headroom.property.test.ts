import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Headroom, type Filling } from './headroom.ts'

const START_MS = 500
/** A bucket at that moment. */
function at(refilledMs: number, headroom: number): Filling {
  return { refilledMs, headroom }
}

const record = fc.record({
  afterMs: fc.oneof(fc.nat(300), fc.nat(3_000), fc.constantFrom(0, 999, 1_000, 7_000, 8_000, 9_000, 50_000)),
  headroom: fc.integer({ min: 0, max: 100 }),
})

interface Recorded {
  readonly atMs: number
  readonly headroom: number
}

/** Feeds the records to a fresh one, and returns it with all that it was told, the start included. */
function recordAll(steps: readonly { afterMs: number; headroom: number }[]): { headroom: Headroom; told: Recorded[] } {
  const headroom = new Headroom(at(START_MS, 100), 1_000, 8)
  const told: Recorded[] = [{ atMs: START_MS, headroom: 100 }]
  let nowMs = START_MS
  for (const step of steps) {
    nowMs += step.afterMs
    headroom.record(at(nowMs, step.headroom))
    told.push({ atMs: nowMs, headroom: step.headroom })
  }
  return { headroom, told }
}

function leastFrom(told: readonly Recorded[], sinceMs: number): number {
  return Math.min(...told.filter(({ atMs }) => atMs >= sinceMs).map((each) => each.headroom))
}

/** Any moment at which a call may have taken tokens: one of the records. */
function property(check: (headroom: Headroom, told: Recorded[], since: Recorded, nowMs: number) => void): void {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 30 }), fc.nat(), (steps, pick) => {
      const { headroom, told } = recordAll(steps)
      const since = told[pick % told.length] ?? { atMs: START_MS, headroom: 100 }
      check(headroom, told, since, told.at(-1)?.atMs ?? START_MS)
    }),
    { numRuns: 3_000 },
  )
}

test('never claims more headroom than there was', () => {
  property((headroom, told, since) => {
    expect(headroom.leastSince(since.atMs)).toBeLessThanOrEqual(leastFrom(told, since.atMs))
  })
})

test('is off by no more than what happened in the second before, for seven seconds', () => {
  property((headroom, told, since, nowMs) => {
    if (nowMs - since.atMs > 7_000) return
    expect(headroom.leastSince(since.atMs)).toBeGreaterThanOrEqual(leastFrom(told, since.atMs - 1_000))
  })
})

test('claims nothing of more than eight windows ago', () => {
  const headroom = new Headroom(at(0, 100), 1_000, 8)
  for (let second = 1; second <= 9; second++) headroom.record(at(second * 1_000, 100))

  expect(headroom.leastSince(1_000)).toBe(0)
  expect(headroom.leastSince(2_000)).toBe(100)
})

describe('a headroom', () => {
  test('claims nothing of the time before it was there', () => {
    expect(new Headroom(at(500, 10)).leastSince(499)).toBe(0)
  })

  test('is less by what turns out to have been in the bucket, in every window, and not below 0', () => {
    const headroom = new Headroom(at(0, 10), 1_000, 8)
    headroom.record(at(1_000, 8))
    headroom.record(at(2_000, 3))

    headroom.lower(5)

    expect([0, 1_000, 2_000].map((sinceMs) => headroom.leastSince(sinceMs))).toEqual([0, 0, 0])
    headroom.record(at(3_000, 20))
    expect(headroom.leastSince(3_000)).toBe(20)
  })
})
