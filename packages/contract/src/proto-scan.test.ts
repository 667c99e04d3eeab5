import { describe, expect, test } from 'vitest'
import { scanProto } from './proto-scan.ts'

describe('the scan of a source', () => {
  const source = [
    '// service Not { option (x) = 1; }',
    'syntax = "proto3"; /* package',
    'not; */ package a . b;',
    'import public "one.proto"; import weak \'two.proto\';',
    'message option { option (file.like) = { text: "} ; service S { " }; }',
    'service S {',
    '  option (.spillway.v1.service) = {',
    '    timeout: "1s" "0" # no comment here',
    '  };',
    '}',
  ]

  test('knows package, syntax and imports with their places, whatever stands in comments and texts', () => {
    const scan = scanProto(source.slice(0, 6).join('\n') + '}', 'a.proto')
    expect(scan).toMatchObject({
      package: 'a.b',
      syntax: 'proto3',
      imports: [
        { name: 'one.proto', place: 'a.proto:4' },
        { name: 'two.proto', place: 'a.proto:4' },
      ],
      options: [{ name: 'file.like', service: '', rpc: '', place: 'a.proto:5' }],
    })
    expect([...scan.lines]).toEqual([['a.b.S', 6]])
  })

  test('keeps every character but those of custom options at its place', () => {
    const text = 'message Q {\n  option (a.b) = {\n    c: 1\n  };\n  string d = 1 [(e) = 2, deprecated = true];\n}'
    const { blanked } = scanProto(text, 'a.proto')
    expect(blanked).toHaveLength(text.length)
    expect(blanked.split('\n').map((line) => line.trim().replaceAll(/ +/g, ' '))).toEqual([
      'message Q {',
      '',
      '',
      '',
      'string d = 1 [ deprecated = true];',
      '}',
    ])
  })

  test('refuses what the text format does not know', () => {
    expect(() => scanProto(source.join('\n'), 'a.proto')).toThrow("'#' where a key should be")
  })

  test('finds options in the rpc that they stand in, behind rpcs of either form', () => {
    const { options, lines } = scanProto(
      'package p; service S {\n rpc A(Q) returns (R);\n rpc B(stream Q) returns (R) { option (o).x = 1; }\n option (o) = 2;\n rpc C(Q) returns (R) {}\n}\nservice T { option (o) = 3; }',
      'a.proto',
    )
    expect(options.map(({ service, rpc, path }) => [service, rpc, path])).toEqual([
      ['p.S', 'B', ['x']],
      ['p.S', '', []],
      ['p.T', '', []],
    ])
    expect([...lines.values()]).toEqual([1, 2, 3, 5, 7])
  })
})
