import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CommandProcess, FREE_PORTS, runCommand } from './command-process.fixture.ts'

const PRELOAD = fileURLToPath(new URL('library-log.fixture.ts', import.meta.url))
const INSPECTOR = ['@grpc/grpc-js', '@grpc/proto-loader', '@grpc/reflection']

const READERS = new Set(['commander', 'yaml', 'zod'])

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-libraries-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

/** A sidecar that notes which libraries it loads. */
class NotingSidecar implements AsyncDisposable {
  readonly #log = join(folder, 'libraries')
  readonly #command: CommandProcess

  constructor(...args: readonly string[]) {
    const flags = [...FREE_PORTS, '--drain-settle', '0ms', '--drain-stop', '0ms', ...args]
    const env = { NODE_OPTIONS: `--import ${PRELOAD}`, LIBRARY_LOG: this.#log }
    this.#command = new CommandProcess(['sidecar', '--app-port', '1', ...flags], env)
  }

  /** Resolves with where its inspector and its metrics are, once it listens. */
  async listening(): Promise<{ readonly inspector: string; readonly metrics: string }> {
    const [, inspector = '', metrics = ''] = await this.says(/inspector (\S+) · (http\S+)/)
    return { inspector, metrics }
  }

  signal(name: NodeJS.Signals): void {
    this.#command.signal(name)
  }

  async says(pattern: RegExp): Promise<RegExpExecArray> {
    return await this.#command.says(pattern)
  }

  /** Libraries that our own code has asked for so far, by name. */
  get libraries(): string[] {
    return [...new Set(readFileSync(this.#log, 'utf8').trimEnd().split('\n'))].sort()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#command.signal('SIGTERM')
    await this.#command.end
  }
}

test('a sidecar loads no HTTP/2, HTTP client or cryptography of Node that it does not use', async () => {
  const sidecar = new NotingSidecar()
  await sidecar.listening()
  await sidecar[Symbol.asyncDispose]()

  expect(sidecar.libraries).toContain('node:net')
  const needless = new Set(['node:http2', 'node:crypto', 'node:internal/deps/undici/undici'])
  expect(sidecar.libraries.filter((name) => needless.has(name))).toEqual([])
})

test('a sidecar loads what serves its inspector when somebody asks it, not before', async () => {
  await using sidecar = new NotingSidecar()
  const { inspector } = await sidecar.listening()
  const before = sidecar.libraries
  const asked = await runCommand(['breakers', '--inspect', inspector])
  const after = sidecar.libraries

  expect(before).toContain('opossum')
  expect(before.filter((name) => INSPECTOR.includes(name))).toEqual([])
  expect(asked.out).toContain('no breakers yet')
  expect(after.filter((name) => !before.includes(name))).toEqual(INSPECTOR)
})

test('a sidecar that serves has loaded nothing that reads command lines and settings; a reload does', async () => {
  await using sidecar = new NotingSidecar()
  await sidecar.listening()
  const before = sidecar.libraries
  sidecar.signal('SIGHUP')
  await sidecar.says(/reloaded/)

  expect(before.filter((name) => READERS.has(name))).toEqual([])
  expect(sidecar.libraries.filter((name) => !before.includes(name))).toEqual(['yaml', 'zod'])
})

test('a sidecar loads what writes its metrics at the first scrape', async () => {
  await using sidecar = new NotingSidecar()
  const { metrics } = await sidecar.listening()
  const before = sidecar.libraries
  const scraped = await (await fetch(metrics)).text()

  expect(scraped).toContain('process_resident_memory_bytes')
  expect(sidecar.libraries.filter((name) => !before.includes(name))).toEqual(['prom-client'])
})

test('a sidecar loads the client of NATS only when it is to use one', async () => {
  const ofNats = (names: readonly string[]): string[] => names.filter((name) => name.startsWith('@nats-io/'))
  await using alone = new NotingSidecar()
  await alone.listening()
  expect(ofNats(alone.libraries)).toEqual([])

  await using connected = new NotingSidecar('--nats-servers', 'nats://127.0.0.1:1', '--log-to', 'stdout')
  await connected.says(/BusUnreachable/)
  expect(ofNats(connected.libraries)).toContain('@nats-io/transport-node')
})
