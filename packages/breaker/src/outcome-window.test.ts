import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { DEFAULT_BREAKER_SETTINGS } from './breaker-settings.ts'
import { OutcomeWindow } from './outcome-window.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

test('leaves no timer of opossum behind, opened or not', () => {
  const window = new OutcomeWindow(DEFAULT_BREAKER_SETTINGS, 0)

  for (let count = 0; count < 100; count++) window.fault(0)
  window.success(0)

  expect(vi.getTimerCount()).toBe(0)
})

test('decides at once, before any promise has run', () => {
  const window = new OutcomeWindow(DEFAULT_BREAKER_SETTINGS, 0)

  const decisions = Array.from({ length: 21 }, () => window.fault(0))

  expect(decisions.indexOf(true)).toBe(19)
  expect(decisions.at(20)).toBe(true)
})

test('rejects nothing that nobody handles', async () => {
  const rejected = vi.fn<() => void>()
  process.on('unhandledRejection', rejected)
  const window = new OutcomeWindow(DEFAULT_BREAKER_SETTINGS, 0)

  for (let count = 0; count < 100; count++) window.fault(0)
  window.close()
  vi.useRealTimers()
  await nextTurn()

  expect(rejected).not.toHaveBeenCalled()
  process.off('unhandledRejection', rejected)
})

test('is not moved by the clocks of the process', () => {
  const window = new OutcomeWindow(DEFAULT_BREAKER_SETTINGS, 0)
  window.fault(0)

  vi.advanceTimersByTime(1e9)

  expect(window.counts(0)).toEqual({ calls: 1, faults: 1 })
})

test('rolls by slices of time, any number of them at once', () => {
  const window = new OutcomeWindow(DEFAULT_BREAKER_SETTINGS, 0)
  window.success(0)
  window.fault(3)

  expect(window.counts(9)).toEqual({ calls: 2, faults: 1 })
  expect(window.counts(10)).toEqual({ calls: 1, faults: 1 })
  expect(window.counts(1e12)).toEqual({ calls: 0, faults: 0 })
})
