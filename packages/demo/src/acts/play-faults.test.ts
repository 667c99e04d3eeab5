import { ManualClock } from '@spillway/clock'
import type { BreakerState } from '@spillway/inspect'
import { expect, test } from 'vitest'
import type { FinishedCall } from '../load/finished-call.ts'
import { plainShow } from '../show/show.ts'
import { playFaults } from './play-faults.ts'

const durations = { stepMs: 1_000, healthyMs: 2_000, faultyMs: 5_000, recoveryMs: 20_000 }

/** Plays the act on a manual clock against a breaker that does what `stateAt` says. */
async function play(stateAt: (faults: number, sinceMs: number) => BreakerState) {
  const clock = new ManualClock()
  const lines: string[] = []
  const injected: [atMs: number, share: number][] = []
  const { promise: over, resolve: stop } = Promise.withResolvers<void>()
  const latest = (): [number, number] => injected.at(-1) ?? [0, 0]
  const load = {
    run: async (_address: string, _steps: unknown, finished: (call: FinishedCall) => void) => {
      finished({ name: 'critical', fate: 'degraded', dueMs: 3_000, latencyMs: 2, rule: 'shorter' })
      await over
    },
    stop,
  }
  const { signal } = new AbortController()
  const playing = playFaults(
    { clock, load, show: plainShow((text) => lines.push(text)), durations, signal },
    3,
    'title',
    {
      address: 'nowhere',
      injectFaults: (share) => injected.push([clock.nowMs(), share]),
      readBreaker: () => {
        const [sinceMs, share] = latest()
        const state = stateAt(share, clock.nowMs() - sinceMs)
        return Promise.resolve({ name: 'chat', state, reason: `because ${state}` })
      },
    },
  )
  const progress = { isOver: false }
  void playing.finally(() => (progress.isOver = true))
  for (let turn = 0; turn < 2_000 && !progress.isOver; turn++) {
    clock.advance(50)
    await new Promise(setImmediate)
  }
  return { faults: await playing, injected, text: lines.join(''), endedMs: clock.nowMs() }
}

test('faults last for their phase, and opening and closing are timed from its bounds', async () => {
  const { faults, injected, text } = await play((share, sinceMs) => {
    if (share > 0) return sinceMs < 1_000 ? 'closed' : 'open'
    if (sinceMs < 1_000) return 'open'
    return sinceMs < 2_000 ? 'half_open' : 'closed'
  })

  expect(injected.map(([, share]) => share)).toEqual([0.5, 0])
  expect((injected[1]?.[0] ?? 0) - (injected[0]?.[0] ?? 0)).toBeGreaterThanOrEqual(4_800)
  expect(faults.openedMs).toBeGreaterThanOrEqual(1_000)
  expect(faults.openedMs).toBeLessThan(1_600)
  expect(faults.recoveredMs).toBeGreaterThanOrEqual(2_000)
  expect(faults.recoveredMs).toBeLessThan(2_600)
  expect(faults.faulty?.tally.rules).toEqual(new Map([['shorter', 1]]))
  expect(text).toContain('breaker chat OPEN (because open)')
  expect(text).toContain('breaker chat HALF-OPEN')
})

test('ends soon after the breaker has closed', async () => {
  const { endedMs, faults } = await play((share) => (share > 0 ? 'open' : 'closed'))

  expect(endedMs).toBeLessThan(12_000)
  expect(faults.act.durationMs).toBeLessThan(12_000)
})

test('says so when the breaker never opens, and does not wait for ever when it never closes', async () => {
  const never = await play(() => 'closed')
  const stuck = await play(() => 'open')

  expect(never.faults.openedMs).toBeUndefined()
  expect(stuck.faults.recoveredMs).toBeUndefined()
  expect(stuck.endedMs).toBeLessThan(30_000)
})
