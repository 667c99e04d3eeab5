import { ManualClock } from '@spillway/clock'
import { expect, test } from 'vitest'
import type { Arrival } from './arrivals.ts'
import type { FinishedCall } from './finished-call.ts'
import { OpenLoop, type OpenLoopLimits, type Settled } from './open-loop.ts'

function arrivalsAt(...times: number[]): Iterator<Arrival, void> {
  return times.map((dueMs): Arrival => ({ dueMs, name: 'critical' })).values()
}

/** A load whose calls end when the test says so. */
function start(times: number[], limits: Partial<OpenLoopLimits> = {}) {
  const clock = new StallingClock()
  const finished: FinishedCall[] = []
  const sent: { atMs: number; timeoutMs: number; settle: Settled }[] = []
  const seen = { idle: 0 }
  const loop = new OpenLoop(
    clock,
    arrivalsAt(...times),
    { deadlineMs: 1_000, outstanding: 100, ...limits },
    (_name, timeoutMs, settle) => sent.push({ atMs: clock.nowMs(), timeoutMs, settle }),
    { finished: (call) => finished.push(call), idle: () => seen.idle++ },
  )
  return { clock, finished, sent, seen, loop }
}

test('sends every call when it is due, though none was answered', () => {
  const { clock, sent, finished } = start([0, 10, 10, 35])

  clock.advance(100)

  expect(sent.map(({ atMs }) => atMs)).toEqual([0, 10, 10, 35])
  expect(finished).toEqual([])
})

test('counts latency from when a call was due, and takes lateness off its deadline', () => {
  const { clock, sent, finished } = start([10])
  clock.lateMs = 40

  clock.advance(10)
  clock.advance(5)
  sent[0]?.settle('ok', '')

  expect(sent[0]?.timeoutMs).toBe(960)
  expect(finished).toEqual([{ name: 'critical', dueMs: 10, latencyMs: 45, fate: 'ok', rule: '' }])
})

test('an answer after the deadline is no answer', () => {
  const { clock, sent, finished } = start([0, 0])
  clock.advance(1_001)

  sent[0]?.settle('ok', '')
  sent[1]?.settle('busy', '')

  expect(finished.map(({ fate }) => fate)).toEqual(['deadline', 'busy'])
})

test('counts what it could not send at the bound', () => {
  const { clock, sent, finished } = start([0, 1, 2, 3], { outstanding: 2 })
  clock.advance(2)
  sent[0]?.settle('ok', '')
  clock.advance(10)

  expect(sent).toHaveLength(3)
  expect(finished.map(({ fate }) => fate)).toEqual(['unsent', 'ok'])
})

test('is idle once, after the last call is over', () => {
  const { clock, sent, seen } = start([0, 5])
  clock.advance(5)
  sent[0]?.settle('ok', '')
  expect(seen.idle).toBe(0)
  sent[1]?.settle('failed', '')

  expect(seen.idle).toBe(1)
})

test('sends nothing after stop, and still waits for what is outstanding', () => {
  const { clock, sent, seen, loop } = start([0, 5, 10])
  clock.advance(5)
  loop.stop()
  clock.advance(100)

  expect(sent).toHaveLength(2)
  expect(seen.idle).toBe(0)
  for (const call of sent) call.settle('ok', '')
  expect(seen.idle).toBe(1)
})

/** A clock that can be ahead of its timers, as when the event loop was blocked. */
class StallingClock extends ManualClock {
  lateMs = 0

  override nowMs(): number {
    return super.nowMs() + this.lateMs
  }
}
