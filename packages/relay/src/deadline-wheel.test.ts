import { ManualClock } from '@spillway/clock'
import * as fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { DeadlineWheel, Expiring, SHOW_MS } from './deadline-wheel.ts'

/** Does that when its time has come. */
class Entry extends Expiring {
  readonly #act: () => void

  constructor(act: () => void) {
    super()
    this.#act = act
  }

  override expired(): void {
    this.#act()
  }
}

test('expires everything once, not early and at most two ticks late', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 20_000 }), fc.boolean()), { maxLength: 100 }),
      (entries) => {
        const clock = new ManualClock()
        const wheel = new DeadlineWheel(clock)
        const lateness: number[] = []
        for (const [dueMs, isRemoved] of entries) {
          const entry = new Entry(() => lateness.push(clock.nowMs() - dueMs))
          wheel.add(dueMs, entry)
          if (isRemoved) wheel.remove(entry)
        }
        clock.advance(20_100)
        expect(lateness).toHaveLength(entries.filter(([, isRemoved]) => !isRemoved).length)
        for (const lateMs of lateness) expect(lateMs >= 0 && lateMs <= 10).toBe(true)
        expect(wheel.size).toBe(0)
      },
    ),
    { numRuns: 100 },
  )
})

test('expires what was far and is shown every now and then as punctually, and nothing that was removed meanwhile', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 0, max: 40_000 })), { maxLength: 100 }),
      (calls) => {
        const clock = new ManualClock()
        const wheel = new DeadlineWheel(clock)
        const lateness: number[] = []
        const entries = calls.map(([dueMs, removedMs]) => {
          const entry = new Entry(() => lateness.push(clock.nowMs() - dueMs))
          wheel.addWhenNear(dueMs, entry)
          clock.schedule(removedMs, () => wheel.remove(entry))
          return entry
        })
        for (let passedMs = 0; passedMs < 41_000; passedMs += SHOW_MS) {
          clock.advance(SHOW_MS)
          for (const entry of entries) wheel.show(entry)
        }
        const surely = calls.filter(([dueMs, removedMs]) => removedMs > dueMs + 10).length
        const perhaps = calls.filter(([dueMs, removedMs]) => removedMs >= dueMs).length
        expect(lateness.length).toBeGreaterThanOrEqual(surely)
        expect(lateness.length).toBeLessThanOrEqual(perhaps)
        for (const lateMs of lateness) expect(lateMs >= 0 && lateMs <= 10).toBe(true)
        expect(wheel.size).toBe(0)
      },
    ),
    { numRuns: 100 },
  )
})

test('a far entry is not on it, and runs no timer', () => {
  const clock = new ManualClock()
  const wheel = new DeadlineWheel(clock)
  wheel.addWhenNear(60_000, new Entry(() => expect.unreachable()))

  expect(wheel.size).toBe(0)
  expect(clock.pendingTasks).toBe(0)
})

test('runs no timer while it is empty', () => {
  const clock = new ManualClock()
  const wheel = new DeadlineWheel(clock)
  const entry = new Entry(() => expect.unreachable())
  wheel.add(50, entry)
  expect(clock.pendingTasks).toBe(1)

  wheel.remove(entry)
  wheel.remove(entry)
  clock.advance(100)

  expect(clock.pendingTasks).toBe(0)
})

test('an expiry may add and remove others', () => {
  const clock = new ManualClock()
  const wheel = new DeadlineWheel(clock)
  const expired = vi.fn<() => void>()
  const others = [10, 10].map(() => new Entry(() => expect.unreachable()))
  for (const other of others) wheel.add(10, other)
  const first = new Entry(() => {
    for (const other of others) wheel.remove(other)
    wheel.add(0, new Entry(expired))
  })
  wheel.add(10, first)

  clock.advance(30)

  expect(expired).toHaveBeenCalledOnce()
})

test('an entry that another one puts off while both are due is not early', () => {
  const clock = new ManualClock()
  const wheel = new DeadlineWheel(clock)
  const expired = vi.fn<() => void>()
  const later = new Entry(expired)
  wheel.add(10, later)
  wheel.add(
    10,
    new Entry(() => {
      wheel.remove(later)
      wheel.add(50, later)
    }),
  )

  clock.advance(45)
  expect(expired).not.toHaveBeenCalled()
  clock.advance(15)

  expect(expired).toHaveBeenCalledOnce()
})

test('survives a pause of the process', () => {
  const clock = new ManualClock()
  const wheel = new DeadlineWheel(clock)
  clock.advance(1e9)
  const expired = vi.fn<() => void>()
  wheel.add(1e9 + 60_000, new Entry(expired))

  clock.advance(59_999)
  expect(expired).not.toHaveBeenCalled()
  clock.advance(11)

  expect(expired).toHaveBeenCalledOnce()
})
