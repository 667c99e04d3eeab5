import { readFileSync, readdirSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { CommandProcess, FREE_PORTS, appCommand, freePort } from './command-process.fixture.ts'
import { oldNode } from './old-node.fixture.ts'

const RUN = ['run', ...FREE_PORTS, '--drain-settle', '0ms', '--drain-grace', '1s', '--drain-stop', '1s', '--app-port']

test('SIGKILL of run ends the app politely', async () => {
  const port = await freePort()
  const command = new CommandProcess([...RUN, String(port), '--', ...appCommand(port)])
  await command.says(/the app serves/)
  command.signal('SIGKILL')
  const { out } = await command.end // and nobody holds its outputs

  expect(out).toContain('app got SIGTERM')
})

test('SIGKILL of run ends an app that does not listen, and what it has started', async () => {
  const port = await freePort()
  const app = appCommand(port, '0').map((word) => `'${word.replaceAll("'", `'\\''`)}'`)
  const group = ['sh', '-c', `trap '' TERM; sleep 1000 & ${app.join(' ')} & wait; wait`]
  const command = new CommandProcess([...RUN, String(port), '--', ...group])
  await command.says(/the app serves/)
  command.signal('SIGKILL')

  expect((await command.end).exitCode).toBeNull()
})

test('SIGTERM of npm, which does not pass it on, drains run and ends the app', async () => {
  const port = await freePort()
  const npm = ['sh', '-c', '"$0" "$@" & wait', process.execPath]
  const command = new CommandProcess([...RUN, String(port), '--', ...appCommand(port)], { npm_command: 'exec' }, npm)
  await command.says(/the app serves/)
  command.signal('SIGTERM')
  const { out, err } = await command.end // and nobody holds its outputs

  expect(err).toMatch(/draining \(SIGTERM\).*drained in/s)
  expect(out).toContain('app got SIGTERM')
})

test.skipIf(process.platform !== 'linux')(
  'SIGKILL of npm, whose shell lives on, drains run and ends the app',
  async () => {
    const port = await freePort()
    const npm = ['npm', 'exec', '--offline', '--', 'node']
    const command = new CommandProcess([...RUN, String(port), '--', ...appCommand(port)], {}, npm)
    await command.says(/the app serves/)
    command.signal('SIGKILL')
    const { out, err } = await command.end // and nobody holds its outputs, the shell included

    expect(err).toMatch(/draining \(SIGTERM\).*drained in/s)
    expect(out).toContain('app got SIGTERM')
  },
)

test.skipIf(process.platform !== 'linux')('an app that ends leaves no guard behind', async () => {
  const port = await freePort()
  const command = new CommandProcess([...RUN, String(port), '--', ...appCommand(port)])
  const [, pid = ''] = await command.says(/app up (\d+)/)
  await command.says(/the app serves/)
  expect(isGuarded(pid)).toBe(true)
  command.signal('SIGTERM')
  await command.end

  while (isGuarded(pid)) await setTimeout(10)
})

test.skipIf(oldNode() === undefined)('SIGKILL of the old Node that started it ends run and the app', async () => {
  const port = await freePort()
  const command = new CommandProcess([...RUN, String(port), '--', ...appCommand(port)], {}, [oldNode() ?? ''])
  await command.says(/the app serves/)
  command.signal('SIGKILL')
  const { out, err } = await command.end

  expect(err).toMatch(/drained in/)
  expect(out).toContain('app got SIGTERM')
})

/** Somebody waits to end the process group of that number. */
function isGuarded(group: string): boolean {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return processes.some((pid) => commandLine(pid).includes(`\0spillway-guard\0${group}\0`))
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return '' // It has ended meanwhile.
  }
}
