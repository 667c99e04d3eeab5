import { expect, test } from 'vitest'
import { ManualClock } from './manual-clock.ts'

test('runs tasks in order of due time, then of scheduling', () => {
  const clock = new ManualClock()
  const seen: string[] = []
  clock.schedule(20, () => seen.push('b'))
  clock.schedule(10, () => seen.push('a'))
  clock.schedule(20, () => seen.push('c'))

  clock.advance(20)

  expect(seen).toEqual(['a', 'b', 'c'])
})

test('shows each task its own due time, and runs what it schedules in the same advance', () => {
  const clock = new ManualClock()
  const seen: number[] = []
  const tick = (): void => {
    seen.push(clock.nowMs())
    if (seen.length < 3) clock.schedule(5, tick)
  }
  clock.schedule(5, tick)

  clock.advance(100)

  expect(seen).toEqual([5, 10, 15])
  expect(clock.nowMs()).toBe(100)
})

test('never runs a cancelled task', () => {
  const clock = new ManualClock()
  const timer = clock.schedule(1, () => expect.unreachable())

  timer.cancel()
  timer.cancel()
  clock.advance(10)

  expect(clock.pendingTasks).toBe(0)
})

test('moves the wall clock without moving monotonic time', () => {
  const clock = new ManualClock(1_000)

  clock.jumpWall(-500)

  expect(clock.wallMs()).toBe(500)
  expect(clock.nowMs()).toBe(0)
})

test('refuses to go back', () => {
  const clock = new ManualClock()
  clock.advance(10)

  expect(() => clock.advanceTo(9)).toThrow('cannot go back from 10 ms to 9 ms')
})
