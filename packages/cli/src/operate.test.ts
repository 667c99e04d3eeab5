import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { connect } from 'node:http2'
import { afterEach, expect, test } from 'vitest'
import { CommandProcess, FREE_PORTS, appCommand, freePort, runCommand } from './command-process.fixture.ts'

const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

/** A settings file in a folder of its own. */
function settings(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-operate-'))
  folders.push(folder)
  const file = join(folder, 'spillway.yaml')
  writeFileSync(file, text)
  return file
}

const AT_ONCE = ['--drain-settle', '0ms', '--drain-stop', '1s']
const QUICK = [...FREE_PORTS, ...AT_ONCE, '--log-to', 'off']

/** A sidecar with an app that answers every call with UNIMPLEMENTED; the second and third are where it listens. */
async function running(args: readonly string[] = []): Promise<readonly [CommandProcess, string, string]> {
  const port = await freePort()
  const command = new CommandProcess(['run', ...QUICK, ...args, '--app-port', String(port), '--', ...appCommand(port)])
  await command.says(/the app serves/)
  const [, inbound = '', inspect = ''] = await command.says(/inbound (\S+) -> .* inspector (\S+)/)
  return [command, inbound, inspect]
}

/** Makes one call and waits for its end. */
async function call(inbound: string, path: string): Promise<void> {
  const session = connect(`http://${inbound}`)
  const { promise, resolve } = Promise.withResolvers<void>()
  const headers = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' }
  session.request(headers).on('close', resolve).resume().end(Buffer.alloc(5))
  await promise
  session.close()
}

async function stop(command: CommandProcess): Promise<void> {
  command.signal('SIGTERM')
  await command.end
}

test('breakers shows them, trip opens one by hand through the unix socket, reset closes it', async () => {
  const [command, inbound, inspect] = await running()
  const at = ['--inspect', inspect]
  expect((await runCommand(['breakers', ...at])).out).toBe('no breakers yet: a method has one from its first call on\n')
  await call(inbound, '/a.B/C')
  const tripped = await runCommand(['breakers', 'trip', 'app', 'a.B/C', '--reason', 'drill', ...at])
  const listed = await runCommand(['breakers', '--json', ...at])
  const reset = await runCommand(['breakers', 'reset', 'app', 'a.B/C', ...at])
  const unknown = await runCommand(['breakers', 'trip', 'app', 'a.B/D', ...at])
  await stop(command)

  expect(tripped.out).toMatch(/^app a\.B\/C +OPEN .* tripped by hand: drill$/m)
  const [breaker] = (JSON.parse(listed.out) as { breakers: { name: string; state: string }[] }).breakers
  expect(breaker).toMatchObject({ name: 'app a.B/C', state: 'open' })
  expect(reset.out).toMatch(/^app a\.B\/C +CLOSED +- +0 in 10 s +above 5 % of 20 +- +- +reset by hand/m)
  expect(unknown.exitCode).toBe(1)
  expect(unknown.err).toMatch(
    /no breaker "app a\.B\/D"; .*app a\.B\/C.*Fix: write a name as spillway breakers shows it\.\n$/,
  )
})

test('budgets shows share, level, demand and lease of each', async () => {
  const file = settings('budgets: { scoring: { rate: 10, burst: 20 } }\n')
  const [command, , inspect] = await running(['--config', file])
  const picture = await runCommand(['budgets', '--once', '--inspect', inspect])
  const watch = new CommandProcess(['budgets', '--json', '--inspect', inspect])
  const [, name] = await watch.says(/"name":"(\w+)"/)
  watch.signal('SIGINT')
  await watch.end
  await stop(command)

  expect(picture.out).toMatch(
    /^BUDGET +REGION +SHARE\/S +OF +LEVEL +DEMAND\/S +BY CLASS +USED +REFUSED +EPOCH +TERMS +LEASE$/m,
  )
  expect(picture.out).toMatch(/^scoring +local +10 +10 +20\/20 +0 +- +0 +0 +- +- +local$/m)
  expect(name).toBe('scoring')
})

test('top shows what calls did, tap shows them as they end', async () => {
  const [command, inbound, inspect] = await running()
  const tap = new CommandProcess(['tap', '--json', '--inspect', inspect])
  const told = tap.says(/"path":"\/a\.B\/C"/)
  const calls = setInterval(() => void call(inbound, '/a.B/C'), 100)
  await told
  tap.signal('SIGINT')
  clearInterval(calls)
  const picture = await runCommand(['top', '--once', '--inspect', inspect])
  await stop(command)

  expect((await tap.end).exitCode).toBe(0)
  expect(picture.out).toMatch(/^> app: 0 of 100 seats, queue empty$/m)
  expect(picture.out).toMatch(/^METHOD +CLASS +RATE\/S +OK% +DEGRADED% +P50 /m)
  expect(picture.out).toMatch(/^> _OTHER +standard +[\d.]+ +0\.0 +0\.0 /m)
})

test('a command whose results nobody reads any more ends without a word', async () => {
  const [command, inbound, inspect] = await running()
  const tap = new CommandProcess(['tap', '--json', '--inspect', inspect])
  const told = tap.says(/"path":"\/a\.B\/C"/)
  // Few enough that none is left out, which would be told.
  const calls = setInterval(() => void call(inbound, '/a.B/C'), 50)
  await told
  tap.stopReading('stdout')
  const { exitCode, err } = await tap.end
  clearInterval(calls)
  await stop(command)

  expect([exitCode, err]).toEqual([141, ''])
})

test('a sidecar whose log nobody reads any more goes on, and drains', async () => {
  const command = new CommandProcess([
    'sidecar',
    ...FREE_PORTS,
    '--drain-settle',
    '0ms',
    '--inbound-app',
    '127.0.0.1:1',
  ])
  const [, inbound = ''] = await command.says(/inbound (\S+) ->/)
  command.stopReading('stderr')
  for (let index = 0; index < 5; index++) await call(inbound, '/a.B/C') // each of them is refused and logged
  command.signal('SIGTERM')

  expect((await command.end).exitCode).toBe(0)
})

test('a changed settings file is put in force; a broken one is refused and the good one stays', async () => {
  const file = settings('admission: { limit: 5 }\n')
  const [command, , inspect] = await running(['--config', file])
  const seats = async (): Promise<string> => (await runCommand(['top', '--once', '--inspect', inspect])).out

  expect(await seats()).toContain('0 of 5 seats')
  writeFileSync(file, 'admission: { limit: 6 }\n')
  await command.says(/reloaded/)
  expect(await seats()).toContain('0 of 6 seats')
  writeFileSync(file, 'admission: { limit: six }\n')
  await command.says(
    /spillway\.yaml:1: error: admission\.limit: six is no whole number.*\n.*reload refused, the configuration in force stays/,
  )
  expect(await seats()).toContain('0 of 6 seats')
  await stop(command)
})

/** Loaded before the command: reading settings of that service throws what nobody expects. */
const BREAKS_READING = `data:text/javascript,${encodeURIComponent(`
  const clone = structuredClone
  globalThis.structuredClone = (value) => {
    if (value.service === 'cursed') throw new TypeError('out of thin air')
    return clone(value)
  }`)}`

test('a bug that shows at a reload is told in one line, and the sidecar goes on and can be reloaded', async () => {
  const file = settings('service: stock\n')
  const launcher = [process.execPath, '--import', BREAKS_READING]
  const command = new CommandProcess(['sidecar', ...FREE_PORTS, ...AT_ONCE, '--config', file], {}, launcher)
  await command.says(/inspector/)
  writeFileSync(file, 'service: cursed\n')
  command.signal('SIGHUP')
  await command.says(
    /^reload: error: a bug of spillway itself stopped it \(TypeError: out of thin air, in [\w-]+[^/]*:\d+\)\. Fix: .*\nspillway: reload refused, the configuration in force stays$/m,
  )
  await command.says(/"event":"ConfigRejected".*out of thin air/)
  writeFileSync(file, 'service: stock\n')
  command.signal('SIGHUP')
  await command.says(/spillway: reloaded, 0 methods/)
  command.signal('SIGTERM')

  expect((await command.end).exitCode).toBe(0)
})

test('a settings file that was found and then is gone is no wish for defaults', async () => {
  const file = settings('admission: { limit: 5 }\n')
  const command = new CommandProcess(['sidecar', ...QUICK], {}, [process.execPath], dirname(file))
  const [, inspect = ''] = await command.says(/inspector (\S+)/)
  rmSync(file)
  command.signal('SIGHUP')
  await command.says(/^spillway\.yaml: error: cannot be read \(ENOENT\)\. .*\n.*reload refused/m)

  expect((await runCommand(['top', '--once', '--inspect', inspect])).out).toContain('0 of 5 seats')
  await stop(command)
})

test('SIGHUP reloads, and says what needs a restart', async () => {
  const file = settings('region: here\n')
  const command = new CommandProcess(['sidecar', ...QUICK, '--config', file])
  await command.says(/inspector/)
  writeFileSync(file, 'region: there\n')
  command.signal('SIGHUP')
  await command.says(/reload: warning: region has changed but stays as it was\. Fix: restart the sidecar\./)
  await stop(command)
})
