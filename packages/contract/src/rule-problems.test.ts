import { describe, expect, test } from 'vitest'
import { problemLines, withOption } from './contract.fixture.ts'

const otherRpcs = 'rpc Same(Q) returns (R); rpc Other(Item) returns (R); rpc Many(Q) returns (stream R);'

const cases: readonly [name: string, option: string, line: string][] = [
  [
    'CEL that does not parse',
    'cost: "request.amount >> 2"',
    'cost: "request.amount >> 2" is no CEL expression (column 16: found > is not expected there). Fix: correct the syntax.',
  ],
  [
    'a field that the request does not have',
    'cost: "request.amont > 1.0 ? 2 : 1"',
    'cost: to.v1.Q has no field amont. Fix: write amount.',
  ],
  [
    'a field in a branch that a default request does not reach',
    'raise: { when: "request.amount > 1.0 && request.nam == \'x\'" priority: CRITICAL }',
    'raise: when: to.v1.Q has no field nam. Fix: write name.',
  ],
  ['an unknown variable', 'tenant: "metdata[\'x\']"', 'tenant: there is no metdata. Fix: write metadata.'],
  [
    'a variable that only fallback rules have',
    'raise: { when: "reason == \'shed\'" priority: CRITICAL }',
    'raise: when: there is no reason. Fix: use one of the variables.',
  ],
  [
    'an unknown function',
    'cost: "ceil(request.amount)"',
    'cost: there is no function ceil. Fix: use a function of CEL.',
  ],
  [
    'metadata names that never come',
    'tenant: "metadata[\'X-Account\']"',
    "tenant: metadata never has the name 'X-Account': names are lower case. Fix: write 'x-account'.",
  ],
  [
    'metadata as a whole',
    'cost: "size(metadata)"',
    "cost: metadata can only be asked for one name. Fix: write metadata['name'].",
  ],
  [
    'a condition that is no bool',
    'raise: { when: "request.amount" priority: CRITICAL }',
    'raise: when: the expression yields 0 (double). Fix: write CEL that yields a bool.',
  ],
  [
    'a branch of the wrong type',
    'cost: "request.amount > 1.0 ? \'five\' : 1"',
    'cost: the expression yields string. Fix: write CEL that yields a number that is not negative.',
  ],
  [
    'operands that do not go together',
    'cost: "request.amount * 2"',
    "cost: found no matching overload for '_*_' applied to '(double, int)'. Fix: write CEL that yields a number that is not negative.",
  ],
  [
    'a tenant that is no string',
    'tenant: "request.count"',
    'tenant: the expression yields 0 (int). Fix: write CEL that yields a string.',
  ],
  [
    'nested loops',
    'raise: { when: "request.items.all(a, request.items.all(b, a == b))" priority: CRITICAL }',
    'raise: when: loops may not be nested. Fix: go through one list only.',
  ],
  [
    'an expression that is too long',
    `tenant: "'${'x'.repeat(2_000)}'"`,
    'tenant: the expression has 2002 characters (allowed: 2000). Fix: shorten it.',
  ],
  [
    'a reply of another type',
    `fallback: { name: "a" reply: "to.v1.Item{price: 1.0}" }`,
    'fallback a: reply: the expression yields to.v1.Item. Fix: write CEL that yields a to.v1.R.',
  ],
  [
    'a reply of an unknown type',
    `fallback: { name: "a" reply: "to.v1.Reply{}" }`,
    'fallback a: reply: there is no message to.v1.Reply. Fix: write its full name.',
  ],
  [
    'a reply with an unknown field',
    `fallback: { name: "a" reply: "to.v1.R{txt: 'x'}" }`,
    'fallback a: reply: to.v1.R has no field txt. Fix: write text.',
  ],
  [
    'a reply with a field of the wrong type',
    `fallback: { name: "a" reply: "to.v1.R{code: 'x'}" }`,
    'fallback a: reply: Expected int but got string for message to.v1.R.code. Fix: write CEL that yields a to.v1.R.',
  ],
  [
    'a reply with the name of an enum value as a text',
    `fallback: { name: "a" reply: "to.v1.R{kind: 'SOME'}" }`,
    'fallback a: reply: Expected int but got string for message to.v1.R.kind. Fix: write an enum value by its full name: to.v1.Kind.SOME.',
  ],
  [
    'a stand-in that does not exist',
    'fallback: { name: "a" method: "to.v1.T/Sane" }',
    'fallback a: method: there is no rpc to.v1.T/Sane. Fix: write to.v1.T/Same.',
  ],
  [
    'a stand-in of other types',
    'fallback: { name: "a" method: "to.v1.T/Other" }',
    'fallback a: method: to.v1.T/Other is unary (to.v1.Item) returns (to.v1.R), this rpc is unary (to.v1.Q) returns (to.v1.R). Fix: name an rpc of the same types.',
  ],
  [
    'a stand-in that streams',
    'fallback: { name: "a" method: "to.v1.T/Many" }',
    'fallback a: method: to.v1.T/Many is server-streaming (to.v1.Q) returns (to.v1.R), this rpc is unary (to.v1.Q) returns (to.v1.R). Fix: name an rpc of the same types.',
  ],
  [
    'a stand-in for itself',
    'fallback: { name: "a" method: "to.v1.T/Do" }',
    'fallback a: method: to.v1.T/Do would stand in for itself. Fix: name another rpc.',
  ],
  [
    'a rule that does nothing',
    'fallback: { name: "a" }',
    'fallback a: neither reply nor method is set. Fix: set exactly one of reply and method.',
  ],
  [
    'a rule that does two things',
    'fallback: { name: "a" reply: "to.v1.R{}" method: "to.v1.T/Same" }',
    'fallback a: reply and method are both set. Fix: set exactly one of reply and method.',
  ],
  [
    'a rule without a name',
    'fallback: { reply: "to.v1.R{}" }',
    'fallback: name is missing. Fix: give the rule a name.',
  ],
  [
    'a name that no header could carry',
    'fallback: { name: "Café; x" reply: "to.v1.R{}" }',
    'fallback: "Café; x" is no name of a rule. Fix: write at most 63 of a-z, 0-9, - and _.',
  ],
  [
    'two rules of one name',
    'fallback: { name: "a" reply: "to.v1.R{}" } fallback: { name: "a" reply: "to.v1.R{}" }',
    'fallback: "a" is the name of the rule at t.proto:9 already. Fix: write another name.',
  ],
  [
    'a misspelt reason',
    'fallback: { name: "a" on: [BREAKER_OPEN, SHEDD] reply: "to.v1.R{}" }',
    'on: SHEDD is no reason (allowed: BREAKER_OPEN, UNREACHABLE, SHED, BUDGET). Fix: write SHED.',
  ],
]

describe('a rule reports', () => {
  test.each(cases)('%s', (_, option, line) => {
    expect(problemLines(withOption(option, otherRpcs))).toEqual([`t.proto:9: error: ${line}`])
  })

  test('an enum value that CEL cannot resolve, as in packages whose first part is one letter', () => {
    const rule = 'raise: { when: "request.kind == t.Kind.SOME" priority: CRITICAL }'
    const source = `syntax = "proto3"; package t; import "spillway/v1/options.proto";
      enum Kind { NONE = 0; SOME = 1; } message Q { Kind kind = 1; }
      service T { rpc Do(Q) returns (Q) { option (spillway.v1.method) = { ${rule} }; } }`
    expect(problemLines({ 't.proto': source })).toEqual([
      't.proto:3: error: raise: when: unresolved attribute. Fix: write CEL that yields a bool.',
    ])
  })

  test('an answer to a stream of requests', () => {
    const files = withOption(
      '',
      'rpc Up(stream Q) returns (R) { option (spillway.v1.method).fallback = { name: "a" reply: "to.v1.R{}" }; }',
    )
    expect(problemLines(files)).toEqual([
      't.proto:12: error: fallback a: reply: Up takes a stream of requests and cannot be answered. Fix: remove the rule or send the call to another method.',
    ])
  })

  test('the line of a rule inside an aggregate of many lines', () => {
    const option = '// a comment\npriority: BATCH\nraise: {\n  priority: CRITICAL\n\n  when:\n    "request.nope"\n}'
    expect(problemLines(withOption(option))).toEqual([
      't.proto:15: error: raise: when: to.v1.Q has no field nope. Fix: use one of name, amount, items, kind, count.',
    ])
  })
})
