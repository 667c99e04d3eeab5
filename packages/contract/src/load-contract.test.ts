import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { create } from '@bufbuild/protobuf'
import { formatProblem } from '@spillway/call'
import { describe, expect, test } from 'vitest'
import { contractOf, policyWith, withOption } from './contract.fixture.ts'
import { loadContract } from './load-contract.ts'
import { DEFAULT_BREAKER } from './method-policy.ts'

const proto = join(import.meta.dirname, '../../../proto')
const budgets = ['tokens', 'scoring']

describe('the examples', () => {
  const entries = readdirSync(join(proto, 'example'), { withFileTypes: true })
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)

  test.each(folders)('%s loads without a remark', (folder) => {
    const result = loadContract({ paths: [join(proto, 'example', folder)], budgets })
    expect('problems' in result ? result.problems.map(formatProblem) : result.warnings).toEqual([])
  })

  test('of the bank answers as its rules say', () => {
    const result = loadContract({ paths: [proto], roots: ['example/bank/v1/bank.proto'], budgets })
    if (!('ok' in result)) throw new Error('the bank does not load')
    const policy = result.ok.policyOf('/bank.v1.Risk/Score')
    const schema = result.ok.registry.getMessage('bank.v1.ScoreRequest')
    if (!schema) throw new Error('no request type')
    const variables = (amount: number, isFirst: boolean): Parameters<typeof when>[0] => ({
      request: create(schema, { amount, is_first_payment: isFirst, isFirstPayment: isFirst }),
      metadata: { get: () => undefined },
      peer: { kind: 'anonymous', id: '' },
      className: 'standard',
      reason: 'breaker_open',
    })
    const small = policy.fallbacks.find((rule) => rule.name === 'small-amounts')
    if (!small?.when) throw new Error('no such rule')
    const { when } = { when: small.when.evaluate.bind(small.when) }
    expect(when(variables(499, false))).toEqual({ ok: true })
    expect(when(variables(500, false))).toEqual({ ok: false })
    expect(when(variables(499, true))).toEqual({ ok: false })
  })
})

describe('a contract', () => {
  test('without any file knows no rpc and gives every path the defaults', () => {
    const contract = contractOf({}, { paths: [] })
    expect(contract.methods.size).toBe(0)
    const policy = contract.policyOf('/any.Service/Method')
    expect(policy).toMatchObject({ isDeclared: false, priority: 2, cost: 1, seats: 1, budget: '', needsRequest: false })
    expect(policy.breaker).toEqual(DEFAULT_BREAKER)
    expect(policy.decodeRequest(new Uint8Array(0))).toBeUndefined()
  })

  test('gives unknown paths the defaults of the YAML file', () => {
    const overlay = overlayOf({ defaults: { priority: 'SHEDDABLE', max_timeout: '5s' } })
    const policy = contractOf({}, { overlay }).policyOf('/any.Service/Method')
    expect(policy).toMatchObject({ priority: 3, maxTimeoutMs: 5_000 })
  })

  test('knows the shape, types and idempotency of each rpc, sorted by path', () => {
    const methods = contractOf({
      't.proto': `syntax = "proto3"; package t; message Q {} message R {}
        service S {
          rpc Unary(Q) returns (R) { option idempotency_level = NO_SIDE_EFFECTS; }
          rpc Down(Q) returns (stream R) { option idempotency_level = IDEMPOTENT; }
          rpc Up(stream Q) returns (R);
          rpc Both(stream t.Q) returns (stream .t.R);
        }`,
    }).methods
    expect([...methods.keys()]).toEqual(['/t.S/Both', '/t.S/Down', '/t.S/Unary', '/t.S/Up'])
    expect([...methods.values()].map((policy) => [policy.shape, policy.idempotency])).toEqual([
      ['bidi_stream', 'unknown'],
      ['server_stream', 'idempotent'],
      ['unary', 'no_side_effects'],
      ['client_stream', 'unknown'],
    ])
    expect(methods.get('/t.S/Both')).toMatchObject({
      service: 't.S',
      method: 'Both',
      requestType: 't.Q',
      replyType: 't.R',
    })
  })

  test('serves the descriptors of its files, dependencies first', () => {
    const contract = contractOf({ 'a.proto': 'syntax = "proto3"; import "b.proto";', 'b.proto': 'syntax = "proto3";' })
    const texts = contract.fileDescriptors.map((bytes) => Buffer.from(bytes).toString('latin1'))
    const position = (name: string): number => texts.findIndex((text) => text.startsWith(`\n\x07${name}`))
    expect(position('b.proto')).toBeGreaterThan(-1)
    expect(position('a.proto')).toBeGreaterThan(position('b.proto'))
  })

  test('of some roots has what they import, and nothing else of the folder', () => {
    const files = {
      'lib/u.proto': 'syntax = "proto3"; package u; message U {}',
      'app/a.proto': 'syntax = "proto3"; package a; import "lib/u.proto"; service S { rpc Do(u.U) returns (u.U); }',
      'app/broken.proto': 'message {',
    }
    expect([...contractOf(files, { roots: ['app/a.proto'] }).methods.keys()]).toEqual(['/a.S/Do'])
  })

  test('loads files with custom options of others that protobufjs cannot read', () => {
    const contract = contractOf({
      't.proto': `syntax = "proto3"; package t;
        message Q {
          string a = 1 [(other.rule).cel = { list: [{ id: "x" }] }];
          string b = 2 [deprecated = true, (other.rule) = { list: [] }];
          string c = 3 [(other.rule) = { list: [] }, json_name = "see", (other.rule).x = 1, deprecated = false];
          string d = 4 [json_name = "dee"];
        }
        enum E { NONE = 0 [(other.value) = { list: [{}] }]; }
        option (other.file) = { tags: [{ name: "a" }, { name: "b" }] };
        service S { rpc Do(Q) returns (Q) { option (other.rule) = { list: [] nested < a: 1 > [x.y]: 2 }; } }`,
    })
    expect(contract.methods.has('/t.S/Do')).toBe(true)
    expect(contract.registry.getMessage('t.Q')?.fields.map((field) => field.name)).toEqual(['a', 'b', 'c', 'd'])
  })

  test('reads proto2, groups, maps, oneofs and extensions', () => {
    const contract = contractOf({
      't.proto': `syntax = "proto2"; package t;
        message Q { required string a = 1; optional group G = 2 { optional int32 n = 1; } extensions 100 to 200;
          map<string, Q> more = 3; oneof one { int32 x = 4; string y = 5; } repeated int32 packed = 6 [packed = true]; }
        extend Q { optional int32 extra = 100; }
        service S { rpc Do(Q) returns (Q); }`,
    })
    const fields = contract.registry.getMessage('t.Q')?.fields
    expect(fields?.map((field) => [field.name, field.fieldKind])).toEqual([
      ['a', 'scalar'],
      ['g', 'message'],
      ['more', 'map'],
      ['x', 'scalar'],
      ['y', 'scalar'],
      ['packed', 'list'],
    ])
  })

  test('takes its own options file instead of a copy among the files', () => {
    const files = { ...withOption('priority: BATCH'), 'spillway/v1/options.proto': 'syntax = "proto3";' }
    expect(contractOf(files).policyOf('/to.v1.T/Do').priority).toBe(4)
  })
})

describe('options', () => {
  test('each have an origin, by the names that options.proto gives them', () => {
    const contract = contractOf(withOption(''))
    const names = (type: string): string[] =>
      (contract.registry.getMessage(`spillway.v1.${type}`)?.fields ?? []).flatMap((field) =>
        field.fieldKind === 'message' ? names(field.message.name).map((name) => `${field.name}.${name}`) : [field.name],
      )
    const { origins } = contract.policyOf('/to.v1.T/Do')
    expect([...origins.keys()]).toEqual(names('MethodPolicy'))
    expect(names('MethodPolicy').filter((name) => name !== 'fallback')).toEqual(names('ServicePolicy'))
  })

  test('may be written once or many times, as a list or one by one', () => {
    const raise = (when: string): string => `{ when: "${when}" priority: CRITICAL }`
    const [one, two] = [raise('request.amount > 1.0'), raise('request.amount > 2.0')]
    for (const option of [`raise: ${one} raise: ${two}`, `raise: [${one}, ${two}]`, `raise ${one}, raise ${two};`])
      expect(policyWith(option).raise.map((rule) => rule.when.source)).toEqual([
        'request.amount > 1.0',
        'request.amount > 2.0',
      ])
    expect(policyWith(`raise: ${one}`).raise).toHaveLength(1)
    expect(policyWith('raise: []').raise).toEqual([])
  })

  test('may be written field by field, in several statements', () => {
    const contract = contractOf({
      't.proto': `syntax = "proto3"; package t; message Q {}
        service S { rpc Do(Q) returns (Q) {
          option (spillway.v1.method).priority = BATCH;
          option (.spillway.v1.method).breaker.min_calls = 7;
          option (spillway.v1.method).breaker.probes = 3;
        } }`,
    })
    expect(contract.policyOf('/t.S/Do')).toMatchObject({ priority: 4, breaker: { minCalls: 7, probes: 3 } })
  })

  test('keep adjacent texts together, escapes and comments apart', () => {
    const { tenant } = policyWith(`tenant: "metadata[" /* the account */ "'x-account']" // of the caller`)
    expect(tenant?.source).toBe("metadata['x-account']")
    expect(policyWith(`tenant: "\\x27a\\047"`).tenant?.source).toBe("'a'")
  })

  test('fill in the defaults', () => {
    expect(policyWith('')).toMatchObject({
      priority: 2,
      cost: 1,
      seats: 1,
      budget: '',
      tenant: undefined,
      timeoutMs: undefined,
      maxTimeoutMs: undefined,
      breaker: DEFAULT_BREAKER,
      queue: { maxWaitMs: undefined },
      fallbacks: [],
      needsRequest: false,
      maxRequestBytes: 65_536,
    })
  })

  test('give every value', () => {
    expect(
      policyWith(`priority: CRITICAL cost: "2.5" seats: "3" budget: "tokens" timeout: "1.5s" max_timeout: "1m"
        breaker: { error_percent: 12.5 min_calls: 3 window: "30s" open: "1s" max_open: "1h" probes: 2 }
        queue: { max_wait: "250ms" }`),
    ).toMatchObject({
      priority: 1,
      cost: 2.5,
      seats: 3,
      budget: 'tokens',
      timeoutMs: 1_500,
      maxTimeoutMs: 60_000,
      breaker: { errorPercent: 12.5, minCalls: 3, windowMs: 30_000, openMs: 1_000, maxOpenMs: 3_600_000, probes: 2 },
      queue: { maxWaitMs: 250 },
    })
  })

  test('read no request where no rule does, and a short one where a rule goes through a list', () => {
    expect(policyWith(`tenant: "metadata['a']"`).needsRequest).toBe(false)
    expect(policyWith(`tenant: "request.name"`)).toMatchObject({ needsRequest: true, maxRequestBytes: 65_536 })
    expect(policyWith(`fallback: { name: "a" reply: "to.v1.R{text: request.name}" }`).needsRequest).toBe(true)
    const looped = policyWith(`raise: { when: "request.items.exists(i, i.price > 1.0)" priority: CRITICAL }`)
    expect(looped).toMatchObject({ needsRequest: true, maxRequestBytes: 4_096 })
  })

  test('decode a request, but not a malformed or too long one', () => {
    const policy = policyWith(`tenant: "request.name"`)
    expect(policy.decodeRequest(Buffer.from('\x0a\x03abc'))).toMatchObject({ name: 'abc' })
    expect(policy.decodeRequest(Buffer.from('\x0a\x09abc'))).toBeUndefined()
    expect(policy.decodeRequest(new Uint8Array(65_537))).toBeUndefined()
  })
})

function overlayOf(value: unknown): { value: unknown; placeOf: () => string } {
  return { value, placeOf: () => 'spillway.yaml:1' }
}
