import type { Call } from '@spillway/call'
import { systemClock, systemRandom } from '@spillway/clock'
import { aCall } from '@spillway/testkit'
import { expect, test } from 'vitest'
import { BreakerGate } from './breaker-gate.ts'
import { DEFAULT_BREAKER_SETTINGS } from './breaker-settings.ts'
import { Breakers } from './breakers.ts'

const BATCH = 1_000

function aGate(errorPercent: number): BreakerGate {
  const settings = { ...DEFAULT_BREAKER_SETTINGS, errorPercent }
  return new BreakerGate(new Breakers({ clock: systemClock, random: systemRandom, settingsOf: () => settings }))
}

function callsOf(peers: number, methods: number): Call[] {
  return Array.from({ length: BATCH }, (_, index) => {
    const peer = { kind: 'identity', id: `peer-${index % peers}` } as const
    const path = `/bench.v1.Service/Method${index % methods}`
    return aCall({ path, peer })
  })
}

function passAll(gate: BreakerGate, calls: readonly Call[], outcome: 'success' | 'fault'): void {
  for (const call of calls) {
    gate.enter(call)
    gate.leave(call, outcome)
  }
}

test('a decision costs less than 0.2 us, and less than 1.5 us with its success', async ({ bench }) => {
  const gate = aGate(5)
  const calls = callsOf(8, 10)
  const enter = await bench('a thousand calls enter', () => {
    for (const call of calls) gate.enter(call)
  }).run()
  const served = await bench('a thousand calls enter and succeed', () => passAll(gate, calls, 'success')).run()

  expect(enter.latency.min / BATCH).toBeLessThan(0.0002)
  expect(served.latency.min / BATCH).toBeLessThan(0.0015)
})

test('a fault costs less than 30 us when opossum decides, and less than 1.5 us when it need not', async ({ bench }) => {
  const never = aGate(100)
  const gate = aGate(5)
  const faulty = callsOf(1, 1)
  const decided = await bench('a thousand calls of the only peer fail', () => passAll(never, faulty, 'fault')).run()
  const others = callsOf(8, 1).slice(0, 100)
  const pardoned = await bench('a hundred calls of others succeed, a thousand of one peer fail', () => {
    passAll(gate, others, 'success')
    passAll(gate, faulty, 'fault')
  }).run()

  expect(decided.latency.min / BATCH).toBeLessThan(0.03)
  expect(pardoned.latency.min / BATCH).toBeLessThan(0.0015)
})
