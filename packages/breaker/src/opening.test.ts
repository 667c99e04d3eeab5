import { expect, test } from 'vitest'
import { Door } from './door.fixture.ts'

test('stays closed at exactly 5 % of faults', () => {
  const door = new Door()

  door.send(95, 'success')
  door.send(5, 'fault')

  expect(door.view()).toMatchObject({ state: 'closed', calls: 100, faults: 5, errorPercent: 5 })
})

test('opens at 5.1 %', () => {
  const door = new Door()

  door.send(931, 'success')
  door.send(49, 'fault')
  expect(door.view()).toMatchObject({ state: 'closed', errorPercent: 5 })
  door.send(1, 'fault')

  expect(door.view()).toMatchObject({ state: 'open', calls: 981, faults: 50 })
  expect(door.view().errorPercent).toBeCloseTo(5.1)
})

test.each([1, 3, 7, 14, 28, 29, 55, 56, 57, 58])(
  'stays closed at exactly %d %%, rounding of doubles or not',
  (percent) => {
    const door = new Door({ errorPercent: percent })

    door.send(100 - percent, 'success')
    door.send(percent, 'fault')
    expect(door.view().state).toBe('closed')

    door.send(1, 'fault')
    expect(door.view().state).toBe('open')
  },
)

test('stays closed when 19 of 19 calls fail, and opens with the twentieth', () => {
  const door = new Door()

  door.send(19, 'fault')
  expect(door.view().state).toBe('closed')

  door.send(1, 'fault')
  expect(door.view()).toMatchObject({ state: 'open', reason: '20 of 20 calls failed, more than 5 %' })
})

test('never opens for calls that the upstream refused as too busy', () => {
  const door = new Door()

  expect(door.send(1_000, 'backpressure')).toBe(1_000)

  expect(door.view()).toMatchObject({ state: 'closed', calls: 0, faults: 0 })
})

test('does not count calls that were cancelled or never sent, neither as good nor as bad', () => {
  const door = new Door()

  door.send(1_000, 'cancelled')
  door.send(1_000, 'unsent')
  door.send(19, 'fault')
  expect(door.view()).toMatchObject({ state: 'closed', calls: 19 })

  door.send(1, 'fault')
  expect(door.view().state).toBe('open')
})

test('forgets what is older than the window', () => {
  const door = new Door()

  door.send(19, 'fault')
  door.clock.advance(10_000)
  door.send(19, 'fault')

  expect(door.view()).toMatchObject({ state: 'closed', calls: 19, faults: 19 })
})

test('remembers what is younger than the window', () => {
  const door = new Door()

  door.send(10, 'fault')
  door.clock.advance(8_999)
  door.send(10, 'fault')

  expect(door.view().state).toBe('open')
})

test('refuses while it is open, and says when the next probe may pass', () => {
  const door = new Door({ openMs: 2_000 })
  door.breakDown()

  door.clock.advance(500.5)

  expect(door.verdict()).toEqual({ kind: 'breaker_open', pushbackMs: 1_500, breaker: 'app shop.Cart/Add' })
  expect(door.view().nextProbeMs).toBe(1_499.5)
})

test('doubles the open time with every opening in a row, up to the bound', () => {
  const door = new Door({ openMs: 1_000, maxOpenMs: 5_000 })
  const openMs: (number | undefined)[] = []

  door.breakDown()
  for (let opening = 1; opening <= 5; opening++) {
    const { nextProbeMs, openings } = door.view()
    expect(openings).toBe(opening)
    openMs.push(nextProbeMs)
    door.clock.advance(nextProbeMs ?? 0)
    door.send(1, 'fault')
  }

  expect(openMs).toEqual([1_000, 2_000, 4_000, 5_000, 5_000])
})

test('spreads the open time, so that many sidecars do not probe in step', () => {
  const door = new Door({ openMs: 1_000, maxOpenMs: 1_000, openJitter: 0.2 })
  const openMs = new Set<number | undefined>()

  door.breakDown()
  for (let opening = 0; opening < 20; opening++) {
    const { nextProbeMs = 0 } = door.view()
    expect(nextProbeMs).toBeGreaterThanOrEqual(800)
    expect(nextProbeMs).toBeLessThanOrEqual(1_200)
    openMs.add(nextProbeMs)
    door.clock.advance(nextProbeMs)
    door.send(1, 'fault')
  }

  expect(openMs.size).toBe(20)
})

test('starts again with the first open time after a healthy period, and not before', () => {
  const door = new Door({ rampMs: 0, healthyMs: 30_000 })
  door.breakDownAndWait()
  door.send(5, 'success')

  door.clock.advance(29_999)
  door.breakDown()
  expect(door.view()).toMatchObject({ openings: 2, nextProbeMs: 2_000 })

  door.clock.advance(2_000)
  door.send(5, 'success')
  door.clock.advance(30_000)
  door.breakDown()
  expect(door.view()).toMatchObject({ openings: 1, nextProbeMs: 1_000 })
})

test('does not touch the settings it was given', () => {
  const settings = Object.freeze({ errorPercent: 5, minCalls: 20 })

  new Door(settings).breakDown()

  expect(Object.keys(settings)).toEqual(['errorPercent', 'minCalls'])
})
