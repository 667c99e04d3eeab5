import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { systemClock } from './system-clock.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

test('waits out a delay that is longer than setTimeout can hold', () => {
  const task = vi.fn<() => void>()
  systemClock.schedule(2 ** 31 + 10, task)

  vi.advanceTimersByTime(2 ** 31 + 9)
  expect(task).not.toHaveBeenCalled()

  vi.advanceTimersByTime(1)
  expect(task).toHaveBeenCalledOnce()
})

test('cancels in the second step of a long delay too', () => {
  const task = vi.fn<() => void>()
  const timer = systemClock.schedule(2 ** 31 + 10, task)

  vi.advanceTimersByTime(2 ** 31)
  timer.cancel()
  vi.advanceTimersByTime(100)

  expect(task).not.toHaveBeenCalled()
})
