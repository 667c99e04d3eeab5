import { loadConfig } from '@spillway/sidecar/config'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serialize } from 'node:v8'
import { expect, test } from 'vitest'
import { packStart, unpackStart, type LastingStart } from './lasting-start.ts'

const YAML = `service: chat
region: eu
policy:
  methods:
    chat.v1.Chat/Generate:
      priority: CRITICAL
      raise:
        - { when: "metadata['x-vip'] == 'yes'", priority: CRITICAL }
`

function startOf(yaml: string): LastingStart {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-start-'))
  try {
    const file = join(folder, 'spillway.yaml')
    writeFileSync(file, yaml)
    const read = loadConfig({ file, env: { SPILLWAY_NONSENSE: '1' } })
    if ('problems' in read) throw new Error(JSON.stringify(read.problems))
    const sources = { file, flags: new Map([['--region', 'eu']]) }
    return { appCommand: ['node', 'server.js'], isJson: true, sources, settings: read.ok }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('a start is the same after the journey, and policies know where they stand', () => {
  const start = startOf(YAML)
  const arrived = unpackStart(packStart(start))

  const { placeOf, ...settings } = start.settings
  expect(arrived).toMatchObject({ ...start, settings })
  expect(arrived?.settings.config).toEqual(start.settings.config)
  expect(arrived?.settings.warnings).toHaveLength(1)
  const path = ['policy', 'methods', 'chat.v1.Chat/Generate', 'raise', 0, 'when']
  expect(placeOf(path)).toMatch(/spillway\.yaml:8$/)
  for (let depth = 1; depth <= path.length; depth++) {
    expect(arrived?.settings.placeOf(path.slice(0, depth))).toBe(placeOf(path.slice(0, depth)))
  }
})

test('what is not there has the place of what is around it', () => {
  const start = startOf(YAML)
  const arrived = unpackStart(packStart(start))

  const missing = ['policy', 'methods', 'chat.v1.Chat/Generate', 'cost']
  expect(arrived?.settings.placeOf(missing)).toBe(start.settings.placeOf(missing.slice(0, -1)))
})

const serialized = (value: unknown): string => serialize(value).toString('base64')

test.each(['', 'nonsense', serialized(7), serialized({}), serialized({ settings: {} })])('%j is no start', (text) => {
  expect(unpackStart(text)).toBeUndefined()
})
