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

test('shows what the wall clock was set to, a tenth of a millisecond later at most', () => {
  vi.setSystemTime(1_000)
  vi.advanceTimersByTime(1)
  expect(systemClock.wallMs()).toBe(1_001)

  vi.setSystemTime(5_000)
  vi.advanceTimersByTime(1)

  expect(systemClock.wallMs()).toBe(5_001)
})

test('shows the wall clock though the monotonic one begins anew', () => {
  vi.advanceTimersByTime(50)
  systemClock.wallMs()
  vi.useRealTimers()
  vi.useFakeTimers({ now: 7_000 })

  expect(systemClock.wallMs()).toBe(7_000)
})

test('cancels in the second step of a long delay too', () => {
  const task = vi.fn<() => void>()
  const timer = systemClock.schedule(2 ** 31 + 10, task)

  vi.advanceTimersByTime(2 ** 31)
  timer.cancel()
  vi.advanceTimersByTime(100)

  expect(task).not.toHaveBeenCalled()
})
