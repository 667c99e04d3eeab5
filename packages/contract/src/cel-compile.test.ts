import { create, toBinary, type DescMessage } from '@bufbuild/protobuf'
import { describe, expect, test } from 'vitest'
import type { Evaluation, ExpressionVariables } from './expression.ts'
import { contractOf, policyWith, withOption } from './contract.fixture.ts'

const nothing: ExpressionVariables = {
  request: undefined,
  metadata: { get: () => undefined },
  peer: { kind: 'anonymous', id: '10.0.0.7' },
  className: '',
  reason: '',
}

function variables(
  request: Record<string, unknown>,
  metadata: Readonly<Record<string, string>> = {},
): ExpressionVariables {
  return { ...nothing, request: create(requestSchema(), request), metadata: { get: (name) => metadata[name] } }
}

function requestSchema(): DescMessage {
  const schema = contractOf(withOption('')).registry.getMessage('to.v1.Q')
  if (!schema) throw new Error('no request type')
  return schema
}

function condition(source: string, given: ExpressionVariables): Evaluation<boolean> | undefined {
  return policyWith(`raise: { when: "${source}" priority: CRITICAL }`).raise[0]?.when.evaluate(given)
}

function cost(source: string, given: ExpressionVariables): Evaluation<number> {
  const { cost } = policyWith(`cost: "${source}"`)
  return typeof cost === 'number' ? { ok: cost } : cost.evaluate(given)
}

describe('an expression', () => {
  test('reads the request', () => {
    expect(condition('request.amount > 10.0', variables({ amount: 11 }))).toEqual({ ok: true })
    expect(condition('request.amount > 10.0', variables({ amount: 9 }))).toEqual({ ok: false })
    expect(condition('request.kind == to.v1.Kind.SOME', variables({ kind: 1 }))).toEqual({ ok: true })
    expect(condition('request.items.exists(i, i.price > 5.0)', variables({ items: [] }))).toEqual({ ok: false })
  })

  test('fails when it reads a request that is not at hand', () => {
    expect(condition('request.amount > 10.0', nothing)).toEqual({ failed: 'the request message is not at hand' })
  })

  test('reads metadata, where what is missing is empty and not in it', () => {
    const given = variables({}, { 'x-tier': 'gold' })
    expect(condition("metadata['x-tier'] == 'gold'", given)).toEqual({ ok: true })
    expect(condition("metadata['x-other'] == ''", given)).toEqual({ ok: true })
    expect(condition("'x-tier' in metadata", given)).toEqual({ ok: true })
    expect(condition("'x-other' in metadata", given)).toEqual({ ok: false })
  })

  test('reads the peer', () => {
    expect(condition("peer.kind == 'anonymous' && peer.id.startsWith('10.')", nothing)).toEqual({ ok: true })
  })

  test('yields costs of any kind of number', () => {
    expect(cost('request.amount > 1.0 ? 5 : 1', variables({ amount: 2 }))).toEqual({ ok: 5 })
    expect(cost('request.amount * 1.5', variables({ amount: 2 }))).toEqual({ ok: 3 })
    expect(cost('uint(7)', nothing)).toEqual({ ok: 7 })
    expect(cost('size(request.name)', variables({ name: 'four' }))).toEqual({ ok: 4 })
  })

  test('fails instead of yielding a cost that is negative or no number', () => {
    expect(cost('request.amount - 5.0 + 5.0', variables({ amount: -1 }))).toHaveProperty('failed')
    expect(cost('request.amount / 1.0', variables({ amount: Number.NaN }))).toHaveProperty('failed')
    expect(cost('request.amount / 1.0', variables({ amount: Number.POSITIVE_INFINITY }))).toHaveProperty('failed')
  })

  test('never throws, whatever the request holds', () => {
    expect(cost('10 / request.count', variables({ count: 0n }))).toHaveProperty('failed')
    expect(cost('int(request.items[3].price)', variables({ items: [] }))).toHaveProperty('failed')
    expect(cost('int(request.name)', variables({ name: 'x' }))).toHaveProperty('failed')
  })

  test('of a fallback yields the serialised reply and sees class and reason', () => {
    const policy = policyWith(`fallback: { name: "a" when: "class == 'batch' && reason == 'shed'"
      reply: "to.v1.R{text: request.name + '!', code: 3}" }`)
    const [rule] = policy.fallbacks
    const given = { ...variables({ name: 'x' }), className: 'batch', reason: 'shed' }
    expect(rule?.when?.evaluate(given)).toEqual({ ok: true })
    expect(rule?.when?.evaluate({ ...given, reason: 'budget' })).toEqual({ ok: false })
    const reply = contractOf(withOption('')).registry.getMessage('to.v1.R')
    if (!reply || rule?.action.kind !== 'reply') throw new Error('no reply')
    const expected = toBinary(reply, create(reply, { text: 'x!', code: 3 }))
    expect(rule.action.reply.evaluate(given)).toEqual({ ok: expected })
  })

  test('of a fallback fails when a value does not fit its field', () => {
    const [rule] = policyWith(`fallback: { name: "a" reply: "to.v1.R{code: request.count}" }`).fallbacks
    if (rule?.action.kind !== 'reply') throw new Error('no reply')
    expect(rule.action.reply.evaluate(variables({ count: 2n ** 40n }))).toHaveProperty('failed')
  })
})
