import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { ManualClock } from './manual-clock.ts'
import { TurnClock } from './turn-clock.ts'

test('stands still within a turn, whatever the clock behind it does', () => {
  const behind = new ManualClock()
  const clock = new TurnClock(behind)
  const first = clock.nowMs()
  behind.advance(50)

  expect(clock.nowMs()).toBe(first)
})

test('tells the new time from the next turn on', async () => {
  const behind = new ManualClock()
  const clock = new TurnClock(behind)
  const first = clock.nowMs()
  behind.advance(50)
  await nextTurn()

  expect(clock.nowMs()).toBe(first + 50)
})

test('a task that it runs sees the time at which it was due', async () => {
  const clock = new TurnClock()
  const startedMs = clock.nowMs()
  const ranMs = await new Promise<number>((resolve) => clock.schedule(20, () => resolve(clock.nowMs())))

  expect(ranMs - startedMs).toBeGreaterThan(18)
})
