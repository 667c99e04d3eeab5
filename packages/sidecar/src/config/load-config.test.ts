import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PriorityClass, formatProblem } from '@spillway/call'
import { afterEach, describe, expect, test } from 'vitest'
import { configFrom, loadConfig, type ConfigResult, type ConfigSources, type LoadedConfig } from './load-config.ts'

const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

/** So many lists, each of nine aliases of the one before. */
function aliasesOf(levels: number): string {
  const lists = Array.from(
    { length: levels },
    (_, level) => `l${level + 1}: &l${level + 1} [${Array(9).fill(`*l${level}`).join(', ')}]`,
  )
  return ['l0: &l0 [x]', ...lists].join('\n')
}

function yaml(text: string | Buffer): string {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-config-'))
  folders.push(folder)
  const file = join(folder, 'spillway.yaml')
  writeFileSync(file, text)
  return file
}

/** Lines as users see them, with the file's folder left out. */
function linesOf(text: string | Buffer, sources: ConfigSources = {}): readonly string[] {
  const file = yaml(text)
  const result = loadConfig({ ...sources, file })
  if ('ok' in result) throw new Error('nothing is wrong')
  return result.problems.map(formatProblem).map((line) => line.replaceAll(file, 'spillway.yaml'))
}

function ok(result: ConfigResult): LoadedConfig {
  if ('problems' in result) throw new Error(result.problems.map(formatProblem).join('\n'))
  return result.ok
}

describe('a value', () => {
  test('that names .proto files is relative to the YAML file, and to the working directory in flags', () => {
    const file = yaml('proto: { paths: [proto, /abs], roots: [spillway.yaml, a/v1/a.proto], includes: [../shared] }\n')
    const folder = dirname(file)
    const flags = new Map([['--proto-includes', 'here']])
    const roots = [file, 'a/v1/a.proto'] // the first is a file beside it, the second a name below one of the folders

    expect(ok(loadConfig({ file })).config.proto).toEqual({
      paths: [join(folder, 'proto'), '/abs'],
      roots,
      includes: [join(folder, '../shared')],
    })
    expect(ok(loadConfig({ file, flags })).config.proto.includes).toEqual(['here'])
  })

  test('comes from a flag before the environment, from there before YAML, from there before the default', () => {
    const file = yaml('region: yaml\nservice: yaml\nadmission: { limit: 1 }\n')
    const env = { SPILLWAY_REGION: 'env', SPILLWAY_ADMISSION_LIMIT: '2' }
    const flags = new Map([['--admission-limit', '3']])
    const { config, placeOf } = ok(loadConfig({ file, env, flags }))

    expect([config.service, config.region, config.admission.limit, config.inbound.port]).toEqual([
      'yaml',
      'env',
      3,
      7051,
    ])
    expect(placeOf(['service'])).toBe(`${file}:2`)
    expect(placeOf(['region'])).toBe('SPILLWAY_REGION')
    expect(placeOf(['admission', 'limit'])).toBe('--admission-limit')
  })

  test('is read in the units that people write', () => {
    const text = 'admission: { max_queued_bytes: 2MiB, max_wait: { batch: 1.5s } }\ntrust: { service_maximum: BATCH }\n'
    const { config } = ok(loadConfig({ file: yaml(text) }))

    expect(config.admission.maxQueuedBytes).toBe(2 * 1_024 * 1_024)
    expect(config.admission.maxWait).toEqual({ critical: 100, standard: 100, sheddable: 100, batch: 1_500 })
    expect(config.trust.serviceMaximum).toBe(PriorityClass.batch)
  })

  test('may be left out group by group', () => {
    const empty = { inbound: null, outbound: { upstreams: null }, budgets: null, trust: { allow: null } }
    expect(ok(configFrom(empty)).config).toEqual(ok(configFrom({})).config)
    expect(ok(loadConfig({ file: yaml('') })).config.service).toBe('app')
  })
})

describe('the exact message for', () => {
  test.each([
    [
      'a misspelt key',
      'admission:\n  limits: 3\n',
      'spillway.yaml:2: error: admission.limits: there is no such key (allowed: limit, max_queued_calls, max_queued_bytes, ' +
        'max_wait, critical_reserve, reserve_lent_after, pushback, shed_status). Fix: write limit.',
    ],
    [
      'a number that is none',
      'admission: { limit: many }',
      'spillway.yaml:1: error: admission.limit: many is no whole number (allowed: from 1 up). Fix: write a whole number, from 1 up.',
    ],
    [
      'a duration without a unit',
      'drain: { grace: 30 }',
      'spillway.yaml:1: error: drain.grace: 30 is no duration (a number and one of us, ms, s, m, h). Fix: write 30ms or 30s.',
    ],
    [
      'a misspelt mode',
      'mode: { admission: shadwo }',
      'spillway.yaml:1: error: mode.admission: shadwo is no mode (allowed: enforce, shadow, off). Fix: write shadow.',
    ],
    [
      'a misspelt class',
      'trust: { allow: { "spiffe://shop": CRITCAL } }',
      'spillway.yaml:1: error: trust.allow.spiffe://shop: critcal is no priority class ' +
        '(allowed: critical, standard, sheddable, batch). Fix: write critical.',
    ],
    [
      'an address that is none, in the short form of an upstream',
      'outbound:\n  upstreams:\n    risk:\n      - risk.eu:7051\n      - risk.us\n',
      'spillway.yaml:5: error: outbound.upstreams.risk.endpoints[1].address: risk.us is no address ' +
        '(allowed: host:port, unix:/path). Fix: write host:port or unix:/path.',
    ],
    [
      'an upstream without endpoints',
      'outbound: { upstreams: { risk: { services: [a.B] } } }',
      'spillway.yaml:1: error: outbound.upstreams.risk.endpoints: is missing. Fix: add it.',
    ],
    [
      'an upstream that is called like the service itself',
      'outbound: { upstreams: { app: "risk:1" } }',
      'spillway.yaml:1: error: outbound.upstreams.app: app is the name of the service beside this sidecar. ' +
        'Fix: give the upstream another name.',
    ],
    [
      'a budget without a rate',
      'budgets:\n  scoring: { burst: 5 }\n',
      'spillway.yaml:2: error: budgets.scoring.rate: is missing. Fix: add it (rate, such as 100 or 6000/m).',
    ],
    [
      'a value where a group belongs',
      'inbound: 7051',
      'spillway.yaml:1: error: inbound: 7051 is no group of settings. Fix: write the settings below it, indented.',
    ],
    [
      'a key that stands twice',
      'region: a\nregion: b\n',
      'spillway.yaml:2: error: region: is set already at spillway.yaml:1. Fix: keep one of them.',
    ],
    [
      'a second document',
      'region: a\n---\nregion: b\n',
      'spillway.yaml:2: error: --- begins a second document. Fix: keep one of them.',
    ],
    [
      'aliases that multiply',
      aliasesOf(8),
      'spillway.yaml:1: error: aliases (*name) stand for too much. Fix: write out what they stand for.',
    ],
    [
      'a tab where spaces belong',
      'inbound:\n\tport: 1\n',
      'spillway.yaml:2: error: Tabs are not allowed as indentation. Fix: mend the YAML.',
    ],
    [
      'a text where everything belongs',
      'hello\n',
      'spillway.yaml:1: error: the configuration: hello is no group of settings. Fix: write the settings below it, indented.',
    ],
    [
      'YAML that is none',
      'inbound: [1\nregion: a\n',
      'spillway.yaml:2: error: Flow sequence in block collection must be sufficiently indented and end with a ]. Fix: mend the YAML.',
    ],
  ])('%s', (_, text, line) => {
    expect(linesOf(text)).toEqual([line])
  })

  test('a variable and a flag that cannot be, each at its own place', () => {
    const env = { SPILLWAY_DRAIN_GRACE: 'soon' }
    const flags = new Map([['--inbound-port', '70000']])

    expect(linesOf('', { env, flags })).toEqual([
      '--inbound-port: error: inbound.port: 70000 is no whole number (allowed: 0 to 65535). Fix: write a whole number, 0 to 65535.',
      'SPILLWAY_DRAIN_GRACE: error: drain.grace: soon is no duration (a number and one of us, ms, s, m, h). ' +
        'Fix: write a duration such as 250ms.',
    ])
  })

  test.each([
    ['what is no text', Buffer.from([0x61, 0xff, 0xfe, 0x00]), 'is no text in UTF-8. Fix: name the settings file, or save it as UTF-8.'],
    ['a file that is too large', Buffer.alloc(2 ** 20 + 1, '#'), 'is too large (allowed: at most 1 MiB). Fix: name the settings file.'],
  ])('%s', (_, content, line) => {
    expect(linesOf(content)).toEqual([`spillway.yaml: error: ${line}`])
  }) // prettier-ignore

  test('a folder', () => {
    const folder = dirname(yaml(''))
    const result = loadConfig({ file: folder })

    expect('problems' in result && result.problems.map(formatProblem)).toEqual([
      `${folder}: error: cannot be read (EISDIR). Fix: name the file in that folder.`,
    ])
  })

  test('thousands of keys, each at its place, without taking minutes', () => {
    const keys = Array.from({ length: 4_000 }, (_, index) => `k${index}: 1\n`)

    const lines = linesOf(keys.join(''))
    expect(lines).toHaveLength(keys.length)
    expect(lines.at(-1)).toMatch(/^spillway\.yaml:4000: error: k3999: there is no such key /)
  })

  test('a value of a megabyte, shortened', () => {
    const [line = ''] = linesOf(`service: "${'x'.repeat(1_000_000)}"\n`)

    expect(line).toMatch(/^spillway\.yaml:1: error: service: x{60}… is no name /)
  })

  test('a file that is named but not there', () => {
    const result = loadConfig({ file: '/nowhere/spillway.yaml' })

    expect('problems' in result && result.problems.map(formatProblem)).toEqual([
      '/nowhere/spillway.yaml: error: cannot be read (ENOENT). Fix: name a file that exists.',
    ])
  })
})

test('all problems are told at once, by place', () => {
  const lines = linesOf('service: a b\nmode: { budget: on }\nadmission: { limit: 0, pushback: 1x }\n')

  expect(lines.map((line) => line.slice(0, 'spillway.yaml:1'.length))).toEqual([
    'spillway.yaml:1',
    'spillway.yaml:2',
    'spillway.yaml:3',
    'spillway.yaml:3',
  ])
})

test.each([
  [100, 100],
  ['2.5/s', 2.5],
  ['6000/m', 100],
  ['360000/h', 100],
])('a rate of %s is %s a second', (rate, perSecond) => {
  const result = configFrom({ budgets: { tokens: { rate, burst: 1 } } })
  if ('problems' in result) throw new Error(JSON.stringify(result.problems))
  expect(result.ok.config.budgets['tokens']?.rate).toBe(perSecond)
})

test.each(['6000/d', '-1/s', 'fast', -1, '/m'])('a rate of %s is answered with one line', (rate) => {
  const result = configFrom({ budgets: { tokens: { rate, burst: 1 } } })
  expect('problems' in result && result.problems.map(({ message, fix }) => [message, fix])).toEqual([
    [
      `budgets.tokens.rate: ${rate} is no rate (a number a second, or one with /s, /m or /h)`,
      'write a rate such as 100 or 6000/m',
    ],
  ])
})

test('a secret is never echoed', () => {
  const lines = linesOf('nats: { servers: [""] }\ninbound: { app: "nats://me:hunter2@host" }\n')

  expect(lines.join('\n')).not.toContain('hunter2')
})

test('variables that nobody knows are warnings', () => {
  const env = { SPILLWAY_ADMISSION_LIMTI: '3', SPILLWAY_INBOUND: '127.0.0.1:1', PATH: '/bin' }
  const { warnings } = ok(loadConfig({ file: yaml(''), env }))

  expect(warnings.map(({ place, message }) => `${place.replace(/^.*\//, '')} ${message}`)).toEqual([
    'SPILLWAY_ADMISSION_LIMTI there is no such setting, so it is ignored',
  ])
})
