import * as fc from 'fast-check'
import type { Call, Outcome } from '@spillway/call'
import { expect, test } from 'vitest'
import { DEFAULT_BREAKER_SETTINGS } from './breaker-settings.ts'
import { Door, peer } from './door.fixture.ts'

type Step =
  | { readonly kind: 'enter'; readonly peer: string; readonly isIdempotent: boolean; readonly timeoutMs: number }
  | { readonly kind: 'leave'; readonly index: number; readonly outcome: Outcome }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'trip' }
  | { readonly kind: 'reset' }

const outcome = fc.constantFrom<Outcome[]>('success', 'fault', 'fault', 'backpressure', 'cancelled', 'unsent')
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('enter' as const),
      peer: fc.constantFrom('a', 'b', 'c'),
      isIdempotent: fc.boolean(),
      timeoutMs: fc.constantFrom(1, 100, 5_000, Infinity),
    }),
  },
  { weight: 9, arbitrary: fc.record({ kind: fc.constant('leave' as const), index: fc.nat(), outcome }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(1, 250, 1_500, 20_000) }),
  },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ kind: 'trip' }, { kind: 'reset' }) },
)

/** Carries the steps out. Calls that are never left stay out for ever: probes that hang. */
function carryOut(door: Door, steps: readonly Step[]): void {
  const inFlight: Call[] = []
  door.send(1, 'success')
  for (const step of steps) {
    if (step.kind === 'pass') door.clock.advance(step.ms)
    else if (step.kind === 'trip') door.breakers.trip(door.name, 'test')
    else if (step.kind === 'reset') door.breakers.reset(door.name, 'test')
    else if (step.kind === 'leave') {
      const [call] = inFlight.splice(step.index % (inFlight.length || 1), 1)
      if (call) door.gates.leave(call, step.outcome)
    } else {
      const deadlineMs = door.clock.nowMs() + step.timeoutMs
      const call = door.enter({ ...peer(step.peer), isIdempotent: step.isIdempotent, deadlineMs })
      if (call) inFlight.push(call)
    }
  }
}

const settings = { minCalls: 3, openJitter: 0.2, maxOpenMs: 8_000 }

test('whatever happened before, it closes when the upstream is healthy and calls keep coming', () => {
  const { probeLeaseMs, probePatienceMs, closeAfter, rampMs } = DEFAULT_BREAKER_SETTINGS
  const tickMs = 100
  const boundMs =
    settings.maxOpenMs * (1 + settings.openJitter) + probeLeaseMs + probePatienceMs + rampMs + (closeAfter + 5) * tickMs
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), fc.boolean(), (steps, isIdempotent) => {
      const door = new Door(settings)
      carryOut(door, steps)
      if (door.view().isForced) door.breakers.reset(door.name, 'test')

      for (let passedMs = 0; passedMs <= boundMs; passedMs += tickMs) {
        door.send(1, 'success', { ...peer('healthy'), isIdempotent })
        door.clock.advance(tickMs)
      }

      expect(door.view().state).toBe('closed')
    }),
    { numRuns: 300 },
  )
})

test('opens by itself only above the threshold, with the volume, or for a failed probe', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
      const door = new Door(settings)
      const unfounded: string[] = []
      door.breakers.subscribe(({ from, to, reason }) => {
        if (to !== 'open' || reason.startsWith('tripped') || (from === 'halfOpen' && reason === 'a probe failed'))
          return
        const { calls, faults } = door.view()
        const isFounded = calls >= settings.minCalls && faults * 100 > 5 * calls
        if (!isFounded || (from !== 'closed' && from !== 'ramping')) unfounded.push(`${from}: ${reason}`)
      })

      carryOut(door, steps)

      expect(unfounded).toEqual([])
    }),
    { numRuns: 300 },
  )
})

test('agrees with a plain count of the window while it is closed', () => {
  const event = fc.record({ isFault: fc.boolean(), passMs: fc.constantFrom(0, 10, 900, 1_000, 5_000) })
  fc.assert(
    fc.property(fc.array(event, { maxLength: 80 }), fc.integer({ min: 1, max: 99 }), (events, errorPercent) => {
      const door = new Door({ errorPercent, minCalls: 5 })
      const counted: { readonly slice: number; readonly isFault: boolean }[] = []
      for (const { isFault, passMs } of events) {
        door.clock.advance(passMs)
        door.send(1, isFault ? 'fault' : 'success')
        const slice = Math.floor(door.clock.nowMs() / 1_000)
        counted.push({ slice, isFault })
        const calls = counted.filter((call) => call.slice > slice - 10)
        const faults = calls.filter((call) => call.isFault)
        const isTooMany = isFault && calls.length >= 5 && faults.length * 100 > errorPercent * calls.length

        expect(door.view().state).toBe(isTooMany ? 'open' : 'closed')
        if (isTooMany) return
        expect(door.view()).toMatchObject({ calls: calls.length, faults: faults.length })
      }
    }),
    { numRuns: 300 },
  )
})

test('never has more probes out than permits, and never loses a permit', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), outcome), { maxLength: 60 }), (steps) => {
      const door = new Door({ closeAfter: 1_000 })
      door.breakDownAndWait()
      const out: Call[] = []
      for (const [isEntry, end] of steps) {
        if (isEntry) {
          const call = door.enter({ isIdempotent: true })
          expect(call !== undefined).toBe(out.length < 3)
          if (call) out.push(call)
        } else {
          const call = out.shift()
          if (call) door.gates.leave(call, end === 'fault' ? 'cancelled' : end)
        }
        if (out.length < 3) expect(door.view().nextProbeMs).toBe(0)
      }
    }),
    { numRuns: 200 },
  )
})
