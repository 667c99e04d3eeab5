import { describe, expect, test } from 'vitest'
import type { Call } from './call.ts'
import { Gates, PROCEED, WAIT, type Verdict } from './gates.ts'
import { NEVER_RETRY, type Refusal } from './refusal.ts'
import { ScriptedGate, aLoggedCall } from './scripted-gate.fixture.ts'

const OPEN: Refusal = { kind: 'breaker_open', pushbackMs: 5, breaker: 'app' }
const LATE: Refusal = { kind: 'queue_timeout', pushbackMs: NEVER_RETRY, rank: 2, waitedMs: 100 }

interface Bench {
  readonly log: string[]
  readonly call: Call
  readonly gates: Gates
  readonly gate: (name: string) => ScriptedGate
}

/** Gates of the names and verdicts given, in that order. */
function aBench(verdicts: Readonly<Record<string, Verdict>>): Bench {
  const log: string[] = []
  const byName = new Map(
    Object.entries(verdicts).map(([name, verdict]) => [name, new ScriptedGate(name, verdict, log)]),
  )
  return {
    log,
    call: aLoggedCall(log),
    gates: new Gates([...byName.values()]),
    gate: (name) => byName.get(name) ?? expect.unreachable(`no gate ${name}`),
  }
}

describe('a call that every gate lets in', () => {
  test('enters first to last and leaves last to first', () => {
    const { log, call, gates } = aBench({ a: PROCEED, b: PROCEED, c: PROCEED })

    expect(gates.enter(call)).toBe(PROCEED)
    gates.leave(call, 'success')

    expect(log).toEqual(['enter a', 'enter b', 'enter c', 'leave c success', 'leave b success', 'leave a success'])
  })

  test('is charged in every gate while it is in, and in none afterwards', () => {
    const { log, call, gates } = aBench({ a: PROCEED, b: PROCEED })
    call.spent = 7
    gates.charge(call)
    gates.enter(call)
    gates.charge(call)
    gates.leave(call, 'success')
    gates.charge(call)

    expect(log).toEqual(['enter a', 'enter b', 'charge a 7', 'charge b 7', 'leave b success', 'leave a success'])
  })

  test('leaves once, however often it is told to', () => {
    const { log, call, gates } = aBench({ a: PROCEED })
    gates.enter(call)

    gates.leave(call, 'success')
    gates.leave(call, 'fault')

    expect(log).toEqual(['enter a', 'leave a success'])
  })

  test.each(['success', 'fault', 'backpressure', 'cancelled', 'unsent'] as const)(
    'leaves with %s as it is',
    (outcome) => {
      const { log, call, gates } = aBench({ a: PROCEED })
      gates.enter(call)

      gates.leave(call, outcome)

      expect(log.at(-1)).toBe(`leave a ${outcome}`)
    },
  )

  test('proceeds where there are no gates', () => {
    const { call, gates } = aBench({})

    expect(gates.enter(call)).toBe(PROCEED)
  })

  test('may be entered again after it left, as a retry is', () => {
    const { log, call, gates } = aBench({ a: PROCEED })
    gates.enter(call)
    gates.leave(call, 'unsent')

    expect(gates.enter(call)).toBe(PROCEED)
    gates.leave(call, 'success')

    expect(log).toEqual(['enter a', 'leave a unsent', 'enter a', 'leave a success'])
  })
})

describe('a call that a gate refuses', () => {
  test('is given back as unsent by those before it, last to first, and goes no further', () => {
    const { log, call, gates } = aBench({ a: PROCEED, b: PROCEED, c: OPEN, d: PROCEED })

    expect(gates.enter(call)).toBe(OPEN)

    expect(log).toEqual(['enter a', 'enter b', 'enter c', 'leave b unsent', 'leave a unsent'])
  })

  test('owes no leave', () => {
    const { log, call, gates } = aBench({ a: PROCEED, b: OPEN })
    gates.enter(call)
    const before = [...log]

    gates.leave(call, 'success')

    expect(log).toEqual(before)
  })

  test('is not told by its waiter: the verdict was the answer', () => {
    const { log, call, gates } = aBench({ a: OPEN })

    gates.enter(call)

    expect(log).toEqual(['enter a'])
  })
})

describe('a call that waits', () => {
  test('has not entered the gates behind', () => {
    const { log, call, gates } = aBench({ a: PROCEED, b: WAIT, c: PROCEED })

    expect(gates.enter(call)).toBe(WAIT)

    expect(log).toEqual(['enter a', 'enter b'])
    expect(call.isWaiting).toBe(true)
  })

  test('is woken: gates before are asked again, gates behind are entered, the waiter is told', () => {
    const { log, call, gates, gate } = aBench({ a: PROCEED, b: WAIT, c: PROCEED })
    gates.enter(call)

    gate('b').wake(call)

    expect(log).toEqual(['enter a', 'enter b', 'recheck a', 'enter c', 'decided proceed'])
    expect(call.isWaiting).toBe(false)
  })

  test('leaves all gates after it was woken and ran', () => {
    const { log, call, gates, gate } = aBench({ a: PROCEED, b: WAIT, c: PROCEED })
    gates.enter(call)
    gate('b').wake(call)

    gates.leave(call, 'fault')

    expect(log.slice(-3)).toEqual(['leave c fault', 'leave b fault', 'leave a fault'])
  })

  test('is refused by the gate that kept it: that gate holds nothing, those before give back', () => {
    const { log, call, gates, gate } = aBench({ a: PROCEED, b: WAIT })
    gates.enter(call)

    gate('b').wake(call, LATE)

    expect(log).toEqual(['enter a', 'enter b', 'leave a unsent', 'decided queue_timeout'])
  })

  test('is refused by an earlier gate that has changed its mind: all give back', () => {
    const { log, call, gates, gate } = aBench({ a: PROCEED, b: WAIT, c: PROCEED })
    gates.enter(call)
    gate('a').late = OPEN

    gate('b').wake(call)

    expect(log).toEqual(['enter a', 'enter b', 'recheck a', 'leave b unsent', 'leave a unsent', 'decided breaker_open'])
  })

  test('is refused by a later gate: all before give back', () => {
    const { log, call, gates, gate } = aBench({ a: WAIT, b: OPEN })
    gates.enter(call)

    gate('a').wake(call)

    expect(log).toEqual(['enter a', 'enter b', 'leave a unsent', 'decided breaker_open'])
  })

  test('may wait again at a later gate, and is told only once', () => {
    const { log, call, gates, gate } = aBench({ a: WAIT, b: WAIT })
    gates.enter(call)

    gate('a').wake(call)
    expect(log).toEqual(['enter a', 'enter b'])
    expect(call.isWaiting).toBe(true)

    gate('b').wake(call)
    expect(log.slice(2)).toEqual(['recheck a', 'decided proceed'])
  })

  test('leaves as unsent, whatever outcome is named, and is told nothing', () => {
    const { log, call, gates } = aBench({ a: PROCEED, b: WAIT })
    gates.enter(call)

    gates.leave(call, 'cancelled')

    expect(log).toEqual(['enter a', 'enter b', 'leave b unsent', 'leave a unsent'])
    expect(call.isWaiting).toBe(false)
  })

  test('still shows its gate that it waits while it leaves', () => {
    const { call, gates, gate } = aBench({ a: WAIT })
    const seen: boolean[] = []
    gate('a').leave = (left) => void seen.push(left.isWaiting)
    gates.enter(call)

    gates.leave(call, 'cancelled')

    expect(seen).toEqual([true])
  })

  test('may leave from inside the call of its waiter', () => {
    const log: string[] = []
    const gate = new ScriptedGate('a', WAIT, log)
    const gates = new Gates([gate])
    const call = aLoggedCall(log)
    call.waiter.decided = () => gates.leave(call, 'success')
    gates.enter(call)

    gate.wake(call)

    expect(log).toEqual(['enter a', 'leave a success'])
  })

  test.each([
    ['was woken before', (bench: Bench) => bench.gate('a').wake(bench.call)],
    ['has left', (bench: Bench) => bench.gates.leave(bench.call, 'cancelled')],
  ])('is not to be woken when it %s: that is a bug of the gate', (_when, first) => {
    const bench = aBench({ a: WAIT })
    bench.gates.enter(bench.call)
    first(bench)

    expect(() => bench.gate('a').wake(bench.call)).toThrow('gate woke a call that does not wait: /')
  })
})

test('a gate without recheck is not asked again', () => {
  const log: string[] = []
  const waiting = new ScriptedGate('b', WAIT, log)
  const gates = new Gates([{ name: 'a', enter: () => PROCEED, leave: () => {} }, waiting])
  const call = aLoggedCall(log)
  gates.enter(call)

  waiting.wake(call)

  expect(log).toEqual(['enter b', 'decided proceed'])
})
