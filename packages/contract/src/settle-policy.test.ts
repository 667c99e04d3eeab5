import { describe, expect, test } from 'vitest'
import { contractOf, policyWith, problemLines, withOption, type Files } from './contract.fixture.ts'
import type { SettlePolicy } from './method-policy.ts'

/** A service whose replies carry numbers of each kind. */
function chat(option: string): Files {
  return {
    't.proto': [
      'syntax = "proto3"; package to.v1; import "spillway/v1/options.proto";',
      'message Q { string name = 1; }',
      'message Usage { int64 total = 1; repeated int32 parts = 2; uint32 in = 3; }',
      'message R { string text = 1; Usage usage = 2; double share = 3; fixed64 wide = 4; sint32 signed = 5; float small = 6; }',
      'service T {',
      `  rpc Do(Q) returns (stream R) { option (spillway.v1.method) = { budget: "tokens" ${option} }; }`,
      '}',
    ].join('\n'),
  }
}

function settled(option: string): SettlePolicy {
  const { settle } = contractOf(chat(option)).policyOf('/to.v1.T/Do')
  if (settle === undefined) throw new Error('nothing is settled')
  return settle
}

/** R { text: "hi", usage { in: 7 }, usage { total: 300 }, share: 0.5, wide: 9, signed: -2, small: 1.5 } */
const MESSAGE = Buffer.from(
  ['0a026869', '12021807', '120308ac02', '19000000000000e03f', '210900000000000000', '2803', '350000c03f'].join(''),
  'hex',
)

describe('a field of the reply', () => {
  test.each([
    ['usage.total', 300],
    ['usage.in', 7],
    ['share', 0.5],
    ['wide', 9],
    ['small', 1.5],
  ])('%s is read from the octets, merged as protobuf does', (path, value) => {
    expect(settled(`settle: { total: "${path}" }`).total?.read(MESSAGE)).toBe(value)
  })

  test.each([
    ['is negative', 'signed', MESSAGE],
    ['is not there', 'usage.total', Buffer.from('0a026869', 'hex')],
    ['is cut off', 'usage.total', Buffer.from('1203', 'hex')],
    ['is of another wire type', 'usage.total', Buffer.from('12050d01000000', 'hex')],
    ['is in no message at all', 'usage.total', Buffer.from('ffffff', 'hex')],
  ])('that %s says nothing', (_what, path, bytes) => {
    expect(settled(`settle: { total: "${path}" }`).total?.read(bytes)).toBeUndefined()
  })
})

test('all that is set is in force, and says where it came from', () => {
  const policy = contractOf(
    chat('settle: { estimate: "64" trailer: "x-tokens" per_message: "2" input: "size(request.name)" }'),
  ).policyOf('/to.v1.T/Do')

  expect(policy.settle).toMatchObject({ estimate: 64, trailer: 'x-tokens', total: undefined, perMessage: 2 })
  expect(policy.settle?.input).toMatchObject({ source: 'size(request.name)' })
  expect(policy.needsRequest).toBe(true)
  expect(policy.origins.get('settle.trailer')).toMatchObject({ source: 'method option' })
  expect(policy.origins.get('settle.total')).toMatchObject({ source: 'built-in' })
})

test('messages may say themselves what they take', () => {
  expect(settled('settle: { per_message: "usage.in" }').perMessage).toMatchObject({ name: 'usage.in' })
})

test('without any of its settings nothing is settled', () => {
  expect(policyWith('budget: "tokens"').settle).toBeUndefined()
  expect(policyWith('settle: {}').settle).toBeUndefined()
})

test.each([
  [
    'settle: { total: "usage.totl" }',
    't.proto:6: error: settle.total: there is no field totl in to.v1.Usage (fields: total, parts, in). Fix: write total.',
  ],
  [
    'settle: { total: "text" }',
    't.proto:6: error: settle.total: text of to.v1.R is no number. Fix: name a field that holds one whole or floating-point number.',
  ],
  [
    'settle: { total: "usage.parts" }',
    't.proto:6: error: settle.total: parts of to.v1.Usage is no number. Fix: name a field that holds one whole or floating-point number.',
  ],
  [
    'settle: { total: "share.total" }',
    't.proto:6: error: settle.total: share of to.v1.R is no message. Fix: name a field of the reply.',
  ],
  [
    'settle: { per_message: "0" }',
    't.proto:6: error: settle.per_message: 0 should be above 0. Fix: write a number such as "1", or a field.',
  ],
  ['settle: { per_message: 1 }', 't.proto:6: error: settle.per_message: 1 should be a text. Fix: write "1".'],
  [
    'settle: { trailer: "X-Tokens" }',
    't.proto:6: error: settle.trailer: "X-Tokens" is no name of a trailer (lower-case letters, digits, -, _ and .). Fix: write a name like "x-tokens".',
  ],
  [
    'settle: { trailer: "grpc-status" }',
    't.proto:6: error: settle.trailer: "grpc-status" cannot carry a number of the app. Fix: write a name like "x-tokens".',
  ],
  [
    'settle: { estimate: "64" }',
    't.proto:6: error: settle.estimate: nothing tells what a call took. Fix: set settle.trailer, settle.total or settle.per_message too.',
  ],
  [
    'settle: { trailer: "x-tokens" input: "1" }',
    't.proto:6: error: settle.input: no messages are counted. Fix: set settle.per_message too.',
  ],
  [
    'settle: { trailer: "x-tokens" estimate: "\'many\'" }',
    't.proto:6: error: settle.estimate: the expression yields string. Fix: write CEL that yields a number that is not negative.',
  ],
  [
    'settle: { trailr: "x-tokens" }',
    't.proto:6: error: settle.trailr: there is no such key (allowed: estimate, trailer, total, per_message, input). Fix: write trailer.',
  ],
])('%s is answered with one line', (option, line) => {
  expect(problemLines(chat(option))).toEqual([line])
})

test('a settlement without a budget is answered with one line', () => {
  expect(problemLines(withOption('settle: { trailer: "x-tokens" }'))).toEqual([
    't.proto:9: error: settle: there is no budget to settle with. Fix: set budget too, or remove settle.',
  ])
})
