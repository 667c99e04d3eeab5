import { Call, Gates, Status, defaultCallFacts, type Gate } from '@spillway/call'
import type { SettlePolicy } from '@spillway/contract'
import { field, fieldList } from '@spillway/http2'
import type { ExchangeEnd } from '@spillway/relay'
import { describe, expect, test } from 'vitest'
import { Settlement } from './settlement.ts'

const NOTHING: SettlePolicy = { estimate: undefined, trailer: '', total: undefined, perMessage: 0, input: 0 }
const END: ExchangeEnd = {
  status: Status.OK,
  isFromSidecar: false,
  hasPushback: false,
  isCancelledByCaller: false,
  heldMs: 1,
  allowedMs: 1_000,
  isForwarded: true,
  isOwn: false,
  isRequestComplete: true,
  requestBytes: 64,
  responseBytes: 64,
}
const LEFT: Partial<ExchangeEnd> = { isCancelledByCaller: true, status: Status.CANCELLED }
const CRASHED: Partial<ExchangeEnd> = { isOwn: true, status: Status.UNAVAILABLE }
const LATE: Partial<ExchangeEnd> = { isOwn: true, status: Status.DEADLINE_EXCEEDED }

/** A message whose only octet is the number in it. */
const firstOctet = { name: 'first', read: ([octet]: Uint8Array) => (octet === 0 ? undefined : octet) }

/** A call that took 10, and its settlement by this policy. */
function aSettlement(policy: Partial<SettlePolicy>, input = 0) {
  const charges: number[] = []
  const call = Call.of(defaultCallFacts, { decided: () => undefined })
  call.budgetTaken = 10
  const gate: Gate = {
    name: 'till',
    enter: () => 'proceed',
    leave: () => undefined,
    charge: (charged) => {
      charges.push(charged.spent)
      charged.budgetTaken = charged.spent
    },
  }
  const gates = new Gates([gate])
  gates.enter(call)
  const settlement = new Settlement({ ...NOTHING, ...policy }, input, call, gates)
  const messages = (...octets: (number | undefined)[]): void => {
    for (const octet of octets) settlement.message(octet === undefined ? undefined : Uint8Array.of(octet))
  }
  const complete = (trailer = ''): void => {
    settlement.complete(fieldList(trailer === '' ? [] : [field('x-tokens', trailer)]))
  }
  const end = (how: Partial<ExchangeEnd> = {}): boolean => settlement.end({ ...END, ...how })
  return { call, charges, settlement, messages, complete, end }
}

test('counts messages behind what the request took', () => {
  const { call, messages, complete, end } = aSettlement({ perMessage: 2 }, 3)
  messages(undefined, undefined)
  complete()

  expect(end()).toBe(true)
  expect(call.spent).toBe(7)
})

test('charges what goes beyond what was taken as it goes', () => {
  const { charges, messages } = aSettlement({ perMessage: 4 })
  messages(undefined, undefined)
  expect(charges).toEqual([])
  messages(undefined, undefined)

  expect(charges).toEqual([12, 16])
})

test('believes the trailer before the total, and the total before the count', () => {
  const policy = { trailer: 'x-tokens', total: firstOctet, perMessage: 1 }
  const [first, second, third] = [aSettlement(policy), aSettlement(policy), aSettlement(policy)]
  first.messages(5)
  first.complete('6')
  second.messages(0, 5, 0)
  second.complete()
  third.messages(0, 0)
  third.complete()

  expect([first.end(), second.end(), third.end()]).toEqual([true, true, true])
  expect([first.call.spent, second.call.spent, third.call.spent]).toEqual([6, 5, 2])
})

test('adds up what the messages say', () => {
  const { call, messages, complete, end } = aSettlement({ perMessage: firstOctet })
  messages(3, 0, 4)
  complete()

  expect(end()).toBe(true)
  expect(call.spent).toBe(7)
})

test('knows nothing when one of them cannot be read', () => {
  const { call, messages, complete, end } = aSettlement({ perMessage: firstOctet })
  messages(3, undefined)
  complete()

  expect(end()).toBe(false)
  expect(call.spent).toBe(-1)
})

test.each(['', '-1', 'many', '1e3', '0x10', ' 7', '99999999999', '2000000000'])('takes %j for no number', (text) => {
  const { call, complete, end } = aSettlement({ trailer: 'x-tokens' })
  complete(text)

  expect(end()).toBe(false)
  expect(call.spent).toBe(-1)
})

describe('what a stream has counted', () => {
  test.each([
    ['stands when the caller leaves', LEFT, true, 2],
    ['stands when its time is over', LATE, true, 2],
    ['says nothing of an app that broke off', CRASHED, false, -1],
  ])('%s', (_what, how, isKnown, spent) => {
    const { call, messages, end } = aSettlement({ perMessage: 1 })
    messages(undefined, undefined)

    expect(end(how)).toBe(isKnown)
    expect(call.spent).toBe(spent)
  })
})

test('a call that was never sent has spent nothing', () => {
  const { call, end } = aSettlement({ trailer: 'x-tokens' })

  expect(end({ ...LEFT, isForwarded: false })).toBe(true)
  expect(call.spent).toBe(0)
})

test('a caller who leaves before the app has said anything gets nothing back', () => {
  const { call, end } = aSettlement({ trailer: 'x-tokens', total: firstOctet })

  expect(end(LEFT)).toBe(false)
  expect(call.spent).toBe(-1)
})

test.each([
  ['a trailer alone', { trailer: 'x-tokens' }, -1],
  ['a count alone', { perMessage: 1 }, 0],
  ['a field', { total: firstOctet }, 65_536],
])('looks at the messages only as far as %s needs it', (_what, policy, bytes) => {
  expect(aSettlement(policy).settlement.maxMessageBytes).toBe(bytes)
})
