import { expect, test } from 'vitest'
import type { DemoClass } from './demo-class.ts'
import { FATES, type Fate } from './finished-call.ts'
import { percentile } from './percentile.ts'
import { Tally } from './tally.ts'

function tallyOf(calls: readonly (readonly [DemoClass, Fate, dueMs: number, latencyMs: number])[]): Tally {
  const tally = new Tally()
  for (const [name, fate, dueMs, latencyMs] of calls) tally.add({ name, fate, dueMs, latencyMs, rule: '' })
  return tally
}

test('every call offered has exactly one fate', () => {
  const tally = tallyOf(FATES.map((fate, index) => ['standard', fate, index, 10]))

  expect(tally.of('standard').offered).toBe(FATES.length)
  expect(tally.of('standard').fates).toEqual(Object.fromEntries(FATES.map((fate) => [fate, 1])))
  expect(tally.of('critical').offered).toBe(0)
})

test('takes the latency of real answers only', () => {
  const tally = tallyOf([
    ['critical', 'ok', 0, 100],
    ['critical', 'ok', 0, 300],
    ['critical', 'refused', 0, 1],
    ['critical', 'degraded', 0, 2],
    ['critical', 'deadline', 0, 9_000],
  ])

  expect(tally.of('critical')).toMatchObject({ p50Ms: 100, p99Ms: 300 })
  expect(tally.of('sheddable')).toMatchObject({ p50Ms: undefined, p99Ms: undefined })
})

test('puts a call into the second in which it was due, not into that of its end', () => {
  const tally = tallyOf([
    ['critical', 'ok', 999, 5_000],
    ['sheddable', 'refused', 2_000, 1],
  ])

  const seconds = tally.seconds()

  expect(seconds).toHaveLength(3)
  expect(seconds[0]?.critical.fates.ok).toBe(1)
  expect(seconds[1]?.critical.offered).toBe(0)
  expect(seconds[2]?.sheddable.fates.refused).toBe(1)
})

test('adds classes up', () => {
  const tally = tallyOf([
    ['critical', 'ok', 0, 10],
    ['standard', 'ok', 1_500, 20],
    ['critical', 'busy', 1_500, 1],
    ['critical', 'ok', 2_500, 30],
  ])

  expect(tally.total()).toMatchObject({ offered: 4, fates: { ok: 3, busy: 1 }, p99Ms: 30 })
})

test('counts the answers of each rule', () => {
  const tally = new Tally()
  for (const rule of ['shorter', 'greeting', 'shorter']) {
    tally.add({ name: 'critical', fate: 'degraded', dueMs: 0, latencyMs: 1, rule })
  }

  expect(tally.rules).toEqual(new Map(Object.entries({ shorter: 2, greeting: 1 })))
})

test('the percentile is one of the values, by nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)

  expect([percentile(hundred, 50), percentile(hundred, 99), percentile(hundred, 100)]).toEqual([50, 99, 100])
  expect([percentile([7], 1), percentile([], 50)]).toEqual([7, undefined])
})
