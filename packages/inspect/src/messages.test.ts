import { expect, test } from 'vitest'
import { toBreakerMessage, fromBreakerMessage } from './breaker-message.ts'
import { FakeSource, STATS, TAPPED, breaker } from './fake-source.fixture.ts'
import { inspectorRpcs } from './schema.ts'
import { toTapMessage, toTapRequest } from './tap-message.ts'
import { fromTimestamp, toTimestamp } from './timestamp.ts'

/** A message after a trip over the wire: what the .proto has no field for is gone, what we did not set is there. */
function overTheWire<Message extends object>(
  rpc: { responseSerialize(message: Message): Buffer; responseDeserialize(bytes: Buffer): Message },
  message: Message,
): Message {
  return rpc.responseDeserialize(rpc.responseSerialize(message))
}

const transition = { atMs: 1_767_323_045_123, from: 'half_open', to: 'closed', reason: 'probes succeeded' } as const
const source = new FakeSource()

test('has a field in the .proto for every field of a view, and the other way round', () => {
  const full = breaker({ nextProbeMs: 5, lastTransition: transition, history: [transition] })
  expect(fromBreakerMessage(overTheWire(inspectorRpcs.getBreaker, toBreakerMessage(full)))).toEqual(full)

  const at = toTimestamp(1)
  const methods = { at, methods: [STATS], listeners: source.listeners() }
  expect(overTheWire(inspectorRpcs.watchMethods, methods)).toEqual(methods)
  const budgets = { at, budgets: source.budgets() }
  expect(overTheWire(inspectorRpcs.watchBudgets, budgets)).toEqual(budgets)
  const policies = { methods: source.methods() }
  expect(overTheWire(inspectorRpcs.listMethods, policies)).toEqual(policies)
  const tapped = { events: [toTapMessage(TAPPED)], dropped: 3 }
  expect(overTheWire(inspectorRpcs.tap, tapped)).toEqual(tapped)
  const changes = { isSnapshot: true, breakers: [], removed: ['x'] }
  expect(overTheWire(inspectorRpcs.watchBreakers, changes)).toEqual(changes)
})

test('has the same fields in requests', () => {
  const { tap, watchMethods, watchBreakers, watchBudgets, tripBreaker, getBreaker, listMethods } = inspectorRpcs
  const filter = toTapRequest({ method: '*', classes: ['batch'], decisions: ['answered'], minTotalMs: 1, sample: 0.5 })
  expect(tap.requestDeserialize(tap.requestSerialize(filter))).toEqual(filter)
  expect(Object.keys(watchMethods.requestDeserialize(Buffer.alloc(0)))).toEqual(['method', 'intervalMs'])
  expect(Object.keys(watchBreakers.requestDeserialize(Buffer.alloc(0)))).toEqual(['names', 'intervalMs'])
  expect(Object.keys(watchBudgets.requestDeserialize(Buffer.alloc(0)))).toEqual(['intervalMs'])
  expect(Object.keys(tripBreaker.requestDeserialize(Buffer.alloc(0)))).toEqual(['name', 'reason'])
  expect(Object.keys(getBreaker.requestDeserialize(Buffer.alloc(0)))).toEqual(['name'])
  expect(Object.keys(listMethods.requestDeserialize(Buffer.alloc(0)))).toEqual(['method'])
})

test('tells a probe that is due now from none', () => {
  const now = breaker({ state: 'open', nextProbeMs: 0 })
  expect(fromBreakerMessage(overTheWire(inspectorRpcs.getBreaker, toBreakerMessage(now))).nextProbeMs).toBe(0)
  const none = breaker()
  expect(fromBreakerMessage(overTheWire(inspectorRpcs.getBreaker, toBreakerMessage(none))).nextProbeMs).toBeUndefined()
})

test.each([0, 999, 1_767_323_045_123, 1_767_323_045_123.5])('keeps the time %d', (atMs) => {
  expect(fromTimestamp(toTimestamp(atMs))).toBeCloseTo(atMs, 3)
})
