import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:http2'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CommandProcess, FREE_PORTS, appCommand, freePort, runCommand } from './command-process.fixture.ts'
import { oldNode } from './old-node.fixture.ts'

const QUICK = [...FREE_PORTS, '--drain-settle', '0ms', '--drain-grace', '1s', '--drain-stop', '1s']

async function runApp(onTerm?: string): Promise<CommandProcess> {
  const port = await freePort()
  const command = new CommandProcess(['run', ...QUICK, '--app-port', String(port), '--', ...appCommand(port, onTerm)])
  await command.says(/the app serves/)
  return command
}

test('the app finds its listeners in its environment, bound before it starts', async () => {
  const command = await runApp()
  const [, inbound, outbound, inspect] = await command.says(/inbound (\S+) -> .* outbound (\S+) · inspector (\S+)/)
  const [, , ...given] = await command.says(/app up (\d+) (\S+) (\S+) (\S+)/)
  command.signal('SIGTERM')

  expect(given).toEqual([inbound, outbound, inspect])
  await command.end
})

const isLinux = process.platform === 'linux'
test.runIf(isLinux)('what glibc may keep is limited for the sidecar, not for the app', async () => {
  const script = `const { readFileSync } = require('node:fs')
    const sidecar = readFileSync('/proc/' + process.ppid + '/environ', 'latin1').split('\\0')
    const app = Object.entries(process.env).map((pair) => pair.join('='))
    const shown = (lines) => lines.filter((line) => line.startsWith('MALLOC_')).sort().join(' ')
    console.log('sidecar:', shown(sidecar), 'app:', shown(app))`
  const words = ['run', ...QUICK, '--app-port', String(await freePort()), '--', process.execPath, '-e', script]
  const usual = await runCommand(words)
  const chosen = await runCommand(words, { MALLOC_TOP_PAD_: '4096' })

  const limits = 'MALLOC_MMAP_THRESHOLD_=32768 MALLOC_TOP_PAD_=0 MALLOC_TRIM_THRESHOLD_=65536'
  expect(usual.out).toContain(`sidecar: ${limits} app: \n`)
  expect(chosen.out).toContain(`sidecar: ${limits.replace('PAD_=0', 'PAD_=4096')} app: MALLOC_TOP_PAD_=4096\n`)
})

test('what a start leaves to the process that takes its place is not for the app', async () => {
  const script = `console.log('start:', process.env.SPILLWAY_START ?? 'none')`
  const { out } = await runCommand([
    'run',
    ...QUICK,
    '--app-port',
    String(await freePort()),
    '--',
    process.execPath,
    '-e',
    script,
  ])

  expect(out).toContain('start: none\n')
})

test.runIf(isLinux)('a secret is left to no other process: it reads for itself', async () => {
  const script = `const { readFileSync } = require('node:fs')
    const start = readFileSync('/proc/' + process.ppid + '/environ', 'latin1').split('\\0')
      .find((line) => line.startsWith('SPILLWAY_START='))
    console.log('start:', start === undefined ? 'none' : 'some')`
  const words = [...QUICK, '--app-port', String(await freePort()), '--', process.execPath, '-e', script]
  const usual = await runCommand(['run', ...words])
  const secret = await runCommand(['run', ...words], {
    SPILLWAY_NATS_SERVERS: 'nats://127.0.0.1:1',
    SPILLWAY_NATS_USER: 'me',
    SPILLWAY_NATS_PASSWORD: 'hunter2',
  })

  expect(usual.out).toContain('start: some\n')
  expect(secret.out).toContain('start: none\n')
})

test("on SIGTERM it drains, then sends the signal on, and ends with the app's exit code", async () => {
  const command = await runApp('process.exit(7)')
  command.signal('SIGTERM')
  const { exitCode, out, err } = await command.end

  expect(exitCode).toBe(7)
  expect(out).toContain('app got SIGTERM')
  expect(err.indexOf('draining (SIGTERM)')).toBeLessThan(err.indexOf('drained in'))
})

test('on SIGINT the app gets SIGINT', async () => {
  const command = await runApp()
  command.signal('SIGINT')
  const { exitCode, out } = await command.end

  expect([exitCode, out.includes('app got SIGINT')]).toEqual([0, true])
})

test('an app that does not end in time is ended, and so is all that it started', async () => {
  const port = await freePort()
  const app = appCommand(port, '0').map((word) => `'${word.replaceAll("'", `'\\''`)}'`)
  const group = ['sh', '-c', `sleep 1000 & ${app.join(' ')} & trap '' TERM; wait; wait`]
  const command = new CommandProcess(['run', ...QUICK, '--app-port', String(port), '--', ...group])
  await command.says(/the app serves/)
  command.signal('SIGTERM')
  const { exitCode } = await command.end // and nobody holds its outputs: the app and the sleeper are gone

  expect(exitCode).toBe(128 + 9)
})

/** Lets the app end like that when the sidecar has seen it serve; returns the exit code of the command. */
async function endOfApp(end: string): Promise<number | null> {
  const port = await freePort()
  const app = appCommand(port, '0', end)
  const command = new CommandProcess(['run', ...QUICK, '--app-port', String(port), '--', ...app])
  await command.says(/the app serves/)
  const session = connect(`http://127.0.0.1:${port}`).on('error', () => undefined)
  session.request({ ':path': '/end' }).on('error', () => undefined)
  const { exitCode } = await command.end
  session.destroy()
  return exitCode
}

test('an app that ends by itself passes its exit code on', async () => {
  expect(await endOfApp('process.exit(42)')).toBe(42)
})

test('an app that ends by a signal counts as 128 and its number', async () => {
  expect(await endOfApp("process.kill(process.pid, 'SIGKILL')")).toBe(128 + 9)
})

test('an app that dies before it serves is one line and exit code 1', async () => {
  const { exitCode, err } = await runCommand(['run', ...QUICK, '--app-port', '1', '--', 'sh', '-c', 'exit 3'])

  expect(exitCode).toBe(1)
  expect(err.trimEnd().split('\n').at(-1)).toBe(
    'the app: error: ended with code 3 before it served on 127.0.0.1:1. Fix: look at what it says above.',
  )
})

test('a command that does not exist is one line and exit code 1', async () => {
  const { exitCode, err } = await runCommand(['run', ...QUICK, '--', 'no-such-command'])

  expect(exitCode).toBe(1)
  expect(err.trimEnd().split('\n').at(-1)).toBe(
    'no-such-command: error: there is no such command. Fix: check its name and PATH.',
  )
})

test.each([
  ['inbound', '0.0.0.0'],
  ['outbound', '127.0.0.1'],
  ['inspect', '127.0.0.1'],
  ['web', '127.0.0.1'],
])('an %s port that is taken is one line and exit code 1, and the app never starts', async (listener, host) => {
  const holder = createServer().listen(0, host)
  await once(holder, 'listening')
  const address = holder.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const flags = [
    '--inbound-port',
    '0',
    '--outbound-port',
    '0',
    '--inspect-port',
    '0',
    '--web-port',
    '0',
    `--${listener}-port`,
    String(port),
  ]
  const { exitCode, out, err } = await runCommand(['run', ...flags, '--', 'echo', 'started'])
  holder.close()

  expect([exitCode, out]).toEqual([1, ''])
  expect(err).toBe(
    `${listener}.port: error: ${host}:${port} is taken by another process. ` +
      `Fix: stop what listens there, or choose another with --${listener}-port.\n`,
  )
})

test('an interface that this machine has not is one line, and the host is what to change', async () => {
  const flags = ['--outbound-port', '0', '--inspect-port', '0', '--web-port', '0', '--inbound-port', '0']
  const { exitCode, err } = await runCommand(['run', ...flags, '--inbound-host', '192.0.2.1', '--', 'echo', 'started'])

  expect([exitCode, err]).toEqual([
    1,
    'inbound.port: error: 192.0.2.1:0 cannot be bound (EADDRNOTAVAIL). Fix: choose another with --inbound-host.\n',
  ])
})

test.each([
  ['is open to others', '755', /^\S+: open to other users \(mode 755\); make it 700 or name another$/],
  ['is none', undefined, /^\S+: is no folder$/],
])('a socket folder that %s is one line, and the folder is what to change', async (_, mode, message) => {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-run-'))
  const path = join(folder, 'sockets')
  if (mode === undefined) writeFileSync(path, '')
  else {
    mkdirSync(path)
    chmodSync(path, mode)
  }
  const flags = [...QUICK, '--inspect-socket-folder', path]
  const { exitCode, out, err } = await runCommand(['run', ...flags, '--', 'echo', 'started'])
  rmSync(folder, { recursive: true })

  expect([exitCode, out]).toEqual([1, ''])
  const [, told] =
    /^inspect\.socket_folder: error: (.*)\. Fix: name another folder with --inspect-socket-folder\.\n$/.exec(err) ?? []
  expect(told).toMatch(message)
})

test.runIf(isLinux)('a socket folder that cannot be below its parents is one line too', async () => {
  const flags = [...QUICK, '--inspect-socket-folder', '/proc/nowhere/sockets']
  const { exitCode, err } = await runCommand(['run', ...flags, '--', 'echo', 'started'])

  expect(exitCode).toBe(1)
  expect(err).toMatch(/^inspect\.socket_folder: error: \/proc\/nowhere\/sockets: cannot be made or entered \(ENOENT\)/)
})

test('where something serves already before the app has started, it is not started, and one line says so', async () => {
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const address = holder.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const { exitCode, out, err } = await runCommand([
    'run',
    ...QUICK,
    '--app-port',
    String(port),
    '--',
    'echo',
    'started',
  ])
  holder.close()

  expect([exitCode, out]).toEqual([1, ''])
  expect(err.trimEnd().split('\n').at(-1)).toBe(
    `inbound.app: error: 127.0.0.1:${port} answers already, and the app has not been started. ` +
      'Fix: stop what listens there, or attach to it with spillway sidecar.',
  )
})

test('the sidecar without an app drains and ends with 0', async () => {
  const command = new CommandProcess(['sidecar', ...QUICK, '--json'])
  await command.says(/"event":"listening"/)
  command.signal('SIGTERM')
  const { exitCode, err } = await command.end

  expect(exitCode).toBe(0)
  expect(err).toMatch(/"event":"drained","cut":0/)
})

test.skipIf(oldNode() === undefined)(
  'started by an old Node it runs on the pinned one, signals and exit code included',
  async () => {
    const port = await freePort()
    const app = appCommand(port, 'process.exit(7)')
    const command = new CommandProcess(['run', ...QUICK, '--app-port', String(port), '--', ...app], {}, [
      oldNode() ?? '',
    ])
    await command.says(/the app serves/)
    command.signal('SIGTERM')

    expect((await command.end).exitCode).toBe(7)
  },
)
