import { expect, test } from 'vitest'
import type { FinishedCall } from '../load/finished-call.ts'
import { Act } from './act.ts'

const plan = [
  { label: 'first', perSecond: 10, durationMs: 1_000 },
  { label: 'second', perSecond: 20, durationMs: 3_000 },
]

function call(dueMs: number): FinishedCall {
  return { name: 'critical', fate: 'ok', dueMs, latencyMs: 1, rule: '' }
}

test('a call belongs to the phase in which it was due', () => {
  const act = new Act(1, 'title', plan)
  for (const dueMs of [0, 999.9, 1_000, 3_999, 9_000]) act.add(call(dueMs))

  expect(act.phases.map(({ tally }) => tally.total().offered)).toEqual([2, 3])
  expect(act.tally.total().offered).toBe(5)
  expect(act.durationMs).toBe(4_000)
})

test('an act that ends early lasted only so long, and keeps what was counted', () => {
  const act = new Act(1, 'title', plan)
  act.add(call(1_500))

  act.endAt(2_000)

  expect(act.phases.map(({ durationMs }) => durationMs)).toEqual([1_000, 1_000])
  expect(act.durationMs).toBe(2_000)
  expect(act.phaseAt(1_500)?.tally.total().offered).toBe(1)
})
