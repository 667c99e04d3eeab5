import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatProblem } from '@spillway/call'
import { describe, expect, test } from 'vitest'
import { problemLines, withOption } from './contract.fixture.ts'
import { loadContract } from './load-contract.ts'

const head = 'syntax = "proto3"; package to.v1;\nimport "spillway/v1/options.proto";\n'
const types = 'message Q { string a = 1; } message R { string a = 1; }\n'

function service(body: string): { 't.proto': string } {
  return { 't.proto': `${head}${types}service T {\n${body}\n}\n` }
}

describe('a file reports', () => {
  test.each([
    ['a syntax error', `${head}message Q {\n  string a 1;\n}`, "4: error: illegal token '1', '=' expected"],
    ['a file that breaks off', `${head}message Q {\n  string a = 1;\n`, undefined],
    ['a text that is not closed', `${head}\nmessage "Q\n`, '4: error: the text is not closed on its line'],
    ['a comment that is not closed', `${head}\n/* message Q {}\n`, '4: error: the comment is not closed'],
    [
      'an option that is not closed',
      `${head}${types}service T { option (spillway.v1.service) = {\n priority: BATCH`,
      '5: error: end of file where a key should be',
    ],
    [
      'an option without a value',
      `${head}${types}service T { option (spillway.v1.service) = { priority: } }`,
      "4: error: '}' where a value should be",
    ],
  ])('%s', (_, source, line) => {
    const problems = problemLines({ 't.proto': source })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(/^t\.proto:\d+: error: .*\. Fix: correct the syntax\.$/)
    if (line !== undefined) expect(problems).toEqual([`t.proto:${line}. Fix: correct the syntax.`])
  })

  test('an import that is not there, at its line', () => {
    expect(problemLines({ 't.proto': `syntax = "proto3";\nimport "other/o.proto";` })).toEqual([
      't.proto:2: error: import "other/o.proto" is not found (looked in .). Fix: add the folder that it is named from.',
    ])
  })

  test('a file that cannot be read', () => {
    const folder = mkdtempSync(join(tmpdir(), 'contract-'))
    try {
      symlinkSync('nowhere', join(folder, 't.proto'))
      symlinkSync('somebody@elsewhere', join(folder, '.#u.proto')) // the lock of an editor: no file of the contract
      mkdirSync(join(folder, 'v.proto'))
      const result = loadContract({ paths: [folder], budgets: [] })

      expect('problems' in result && result.problems.map(formatProblem)).toEqual([
        `${folder}/t.proto: error: cannot be read (ENOENT). Fix: let this user read it, or take it away.`,
        `${folder}/v.proto: error: cannot be read (EISDIR). Fix: let this user read it, or take it away.`,
      ])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('imports in a circle', () => {
    const files = { 'a.proto': 'import "b.proto";', 'b.proto': 'import "a.proto";' }
    expect(problemLines(files)).toEqual(['b.proto:1: error: import "a.proto" goes in a circle. Fix: break the circle.'])
  })

  test('a type that is not there', () => {
    expect(problemLines({ 't.proto': 'syntax = "proto3";\nmessage Q {\n  Item item = 1;\n}' })).toEqual([
      't.proto:3: error: Q.item: there is no type Item. Fix: define it or import the file that does.',
    ])
  })

  test('an rpc whose message is not there', () => {
    expect(problemLines(service('rpc Do(Q) returns (Reply);'))).toEqual([
      't.proto:5: error: to.v1.T/Do: there is no message Reply. Fix: define it or import the file that does.',
    ])
  })

  test('a type that two files define', () => {
    const [a, b] = [
      'syntax = "proto3";\nmessage Q { string a = 1; }',
      'syntax = "proto3";\n\nmessage Q { string a = 1; }',
    ]
    expect(problemLines({ 'a.proto': a, 'b.proto': b })).toEqual([
      'b.proto:3: error: Q is defined in a.proto as well. Fix: keep one of them.',
    ])
  })

  test('a folder that is not there', () => {
    expect(problemLines({}, { paths: ['no/such/folder'] })).toEqual([
      'no/such/folder: error: there is no such folder. Fix: name the folder that holds the .proto files.',
    ])
  })

  test('a root that is not there', () => {
    expect(problemLines({}, { roots: ['no/such.proto'] })).toEqual([
      'no/such.proto: error: there is no such file. Fix: name a .proto file, as a path or from an include folder.',
    ])
  })
})

describe('an option statement reports', () => {
  test.each([
    [
      'its name without the package',
      'rpc Do(Q) returns (R) { option (method) = { priority: BATCH }; }',
      'option (method) lacks its package or is misspelt. Fix: write (spillway.v1.method).',
    ],
    [
      'its name misspelt',
      'rpc Do(Q) returns (R) { option (spillway.v1.methods) = { priority: BATCH }; }',
      'option (spillway.v1.methods) lacks its package or is misspelt. Fix: write (spillway.v1.method).',
    ],
    [
      'the service option without the package',
      'option (service).priority = BATCH;',
      'option (service) lacks its package or is misspelt. Fix: write (spillway.v1.service).',
    ],
    [
      'the service option on an rpc',
      'rpc Do(Q) returns (R) { option (spillway.v1.service) = { priority: BATCH }; }',
      'option (spillway.v1.service) does not belong here. Fix: write (spillway.v1.method).',
    ],
    [
      'an option that is set twice',
      'rpc Do(Q) returns (R) { option (spillway.v1.method) = { priority: BATCH }; option (spillway.v1.method) = { cost: "2" }; }',
      'option (spillway.v1.method) is set already at t.proto:5. Fix: merge the two.',
    ],
    [
      'a key that is set in two statements',
      'rpc Do(Q) returns (R) { option (spillway.v1.method).cost = "1"; option (spillway.v1.method).cost = "2"; }',
      'cost: is set already at t.proto:5. Fix: keep one of them.',
    ],
    [
      'a fallback rule for a whole service',
      'option (spillway.v1.service) = { fallback: { name: "a" reply: "to.v1.R{}" } };',
      'fallback: there is no such key (allowed: priority, raise, cost, seats, budget, tenant, timeout, max_timeout, breaker, queue, settle). Fix: remove it.',
    ],
  ])('%s', (_, body, line) => {
    expect(problemLines(service(body))).toEqual([`t.proto:5: error: ${line}`])
  })

  test('our option outside of any service', () => {
    expect(
      problemLines({ 't.proto': `${head}message Q {\n  option (spillway.v1.method) = { priority: BATCH };\n}` }),
    ).toEqual(['t.proto:4: error: option (spillway.v1.method) belongs into a service or an rpc. Fix: move it there.'])
  })
})

test.each([
  ['CRITICAL', 'BATCH'],
  ['STANDARD', 'STANDARD'],
])('warns about a rule that raises %s to %s', (declared, raised) => {
  expect(problemLines(withOption(`priority: ${declared}\nraise: { when: "true" priority: ${raised} }`))).toEqual([
    `t.proto:10: warning: raise: ${raised} is not above ${declared}, which the call has anyway, so the rule never applies. ` +
      'Fix: raise to a more important class, or remove the rule.',
  ])
})

test('says nothing of a rule of the service that raises only some of its rpcs', () => {
  const files = service('option (spillway.v1.service) = { raise: { when: "true" priority: STANDARD } };\nrpc Do(Q) returns (R) { option (spillway.v1.method) = { priority: CRITICAL }; }') // prettier-ignore
  expect(problemLines(files)).toEqual([])
})

test('warns about options that are used without their import', () => {
  const source = 'syntax = "proto3"; message Q {} service T { option (spillway.v1.service) = { priority: BATCH }; }'
  expect(problemLines({ 't.proto': source })).toEqual([
    't.proto:1: warning: the file uses the options of Spillway without importing them: protoc will not compile it. Fix: write import "spillway/v1/options.proto";.',
  ])
})

test('still checks the form of options when another file does not parse', () => {
  const files = { ...withOption('priority: URGENT'), 'u.proto': 'syntax = "proto3"; message {' }
  expect(problemLines(files).map((line) => line.split(' ')[0])).toEqual(['t.proto:9:', 'u.proto:1:'])
})
