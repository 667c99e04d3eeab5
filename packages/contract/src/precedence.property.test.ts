import { assert, constantFrom, option, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contractOf, problemLines, type Files } from './contract.fixture.ts'
import type { Origin } from './method-policy.ts'
import type { Overlay } from './overlay.ts'

const NAMES = ['CRITICAL', 'STANDARD', 'SHEDDABLE', 'BATCH'] as const
const named = option(constantFrom(...NAMES), { nil: undefined })

function filesOf(service: string, method: string): Files {
  return {
    't.proto': [
      'syntax = "proto3"; package t; import "spillway/v1/options.proto"; message Q { string a = 1; } message R {}',
      'service S {',
      `  option (spillway.v1.service) = { ${service} };`,
      `  rpc Do(Q) returns (R) { option (spillway.v1.method) = { ${method} }; }`,
      '}',
    ].join('\n'),
  }
}

function overlayOf(value: unknown): Overlay {
  return { value, placeOf: (path) => `spillway.yaml:${['', ...path].join('/')}` }
}

const set = (name: string | undefined): string => (name === undefined ? '' : `priority: ${name}`)
const entry = (name: string | undefined): object => (name === undefined ? {} : { priority: name })

describe('precedence', () => {
  test('the first of method option, YAML method, service option, YAML default, STANDARD is in force, and explained', () => {
    assert(
      property(named, named, named, named, (method, yamlMethod, service, yamlDefault) => {
        const overlay = overlayOf({ methods: { 't.S/Do': entry(yamlMethod) }, defaults: entry(yamlDefault) })
        const policy = contractOf(filesOf(set(service), set(method)), { overlay }).policyOf('/t.S/Do')
        const sources: [string | undefined, Origin['source']][] = [
          [method, 'method option'],
          [yamlMethod, 'yaml method'],
          [service, 'service option'],
          [yamlDefault, 'yaml default'],
          ['STANDARD', 'built-in'],
        ]
        const [name, source] = sources.find(([name]) => name !== undefined) ?? []
        expect(NAMES[policy.priority - 1]).toBe(name)
        expect(policy.origins.get('priority')?.source).toBe(source)
      }),
      { numRuns: 60 },
    )
  })

  test('is decided for each value of a group by itself', () => {
    const overlay = overlayOf({
      methods: { '/t.S/Do': { breaker: { min_calls: 50 } } },
      defaults: { breaker: { window: '3s', min_calls: 9 } },
    })
    const files = filesOf('breaker: { probes: 2 min_calls: 8 }', 'breaker: { error_percent: 50 }')
    const policy = contractOf(files, { overlay }).policyOf('/t.S/Do')
    expect(policy.breaker).toMatchObject({ errorPercent: 50, minCalls: 50, probes: 2, windowMs: 3_000, openMs: 5_000 })
    expect(policy.origins.get('breaker.error_percent')?.place).toMatch(/t\.proto:4$/)
    expect(policy.origins.get('breaker.min_calls')).toEqual({
      source: 'yaml method',
      place: 'spillway.yaml:/methods//t.S/Do/breaker/min_calls',
    })
    expect(policy.origins.get('breaker.open')).toEqual({ source: 'built-in', place: '' })
  })

  test('of lists takes one whole, never a mixture', () => {
    const rule = (name: string): object => ({ name, reply: 't.R{}' })
    const overlay = overlayOf({ methods: { 't.S/Do': { fallback: [rule('a'), rule('b')] } } })
    const names = (method: string): string[] =>
      contractOf(filesOf('', method), { overlay })
        .policyOf('/t.S/Do')
        .fallbacks.map((fallback) => fallback.name)
    expect(names('')).toEqual(['a', 'b'])
    expect(names('fallback: { name: "c" reply: "t.R{}" }')).toEqual(['c'])
  })
})

describe('the overlay', () => {
  const files = filesOf('', '')
  const at = (...path: string[]): string => `spillway.yaml:/${path.join('/')}`

  test('takes plain numbers as costs', () => {
    const overlay = overlayOf({ methods: { 't.S/Do': { cost: 3, seats: 'size(request.a)' } } })
    const policy = contractOf(files, { overlay }).policyOf('/t.S/Do')
    expect(policy.cost).toBe(3)
    expect(policy.needsRequest).toBe(true)
  })

  test.each<[name: string, value: unknown, line: string]>([
    [
      'an unknown rpc',
      { methods: { 't.S/Doo': {} } },
      `${at('methods', 't.S/Doo')}: error: t.S/Doo: there is no such rpc. Fix: write t.S/Do.`,
    ],
    [
      'an unknown key',
      { default: {} },
      `${at('default')}: error: default: there is no such key (allowed: defaults, methods). Fix: remove it.`,
    ],
    [
      'a misspelt class',
      { methods: { 't.S/Do': { priority: 'critical' } } },
      `${at('methods', 't.S/Do', 'priority')}: error: priority: critical is no priority class (allowed: CRITICAL, STANDARD, SHEDDABLE, BATCH). Fix: write CRITICAL.`,
    ],
    [
      'a boolean',
      { defaults: { timeout: true } },
      `${at('defaults', 'timeout')}: error: timeout: true should be a text. Fix: write a duration like "250ms".`,
    ],
    [
      'an empty entry',
      { methods: { 't.S/Do': null } },
      `${at('methods', 't.S/Do')}: error: a MethodPolicy: null should be a group of settings. Fix: write { … }.`,
    ],
    ['no map', 'x', 'spillway.yaml:: error: the policies should be a map. Fix: write defaults: and methods:.'],
    [
      'no map of methods',
      { methods: ['t.S/Do'] },
      `${at('methods')}: error: methods: should be a map of methods. Fix: write package.Service/Method: { … }.`,
    ],
    [
      'a field that no request of the rpc has',
      { defaults: { tenant: 'request.b' } },
      `${at('defaults', 'tenant')}: error: tenant: t.Q has no field b. Fix: write a.`,
    ],
  ])('reports %s', (_, value, line) => {
    expect(problemLines(files, { overlay: overlayOf(value) })).toEqual([line])
  })
})
