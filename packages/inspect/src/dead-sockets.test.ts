import { once } from 'node:events'
import { readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { leaveDeadSocket } from './dead-socket.fixture.ts'
import { removeDeadSockets } from './dead-sockets.ts'
import { privateFolder } from './inspector-bench.fixture.ts'

const NOW_MS = 10_000

test('sockets that nobody listens at are removed, once they cannot be of somebody who is about to', async () => {
  const folder = privateFolder()
  for (const name of ['inspect-1.sock', 'inspect-2.sock']) leaveDeadSocket(join(folder, name))
  utimesSync(join(folder, 'inspect-2.sock'), NOW_MS / 1_000, NOW_MS / 1_000)
  await removeDeadSockets(folder, NOW_MS)
  expect(readdirSync(folder)).toEqual(['inspect-2.sock'])

  await removeDeadSockets(folder, NOW_MS + 1_001)
  expect(readdirSync(folder)).toEqual([])
})

test('who listens, files, links and what has another name stay', async () => {
  const folder = privateFolder()
  const alive = createServer().listen(join(folder, 'inspect-1.sock'))
  await once(alive, 'listening')
  utimesSync(join(folder, 'inspect-1.sock'), 0, 0)
  writeFileSync(join(folder, 'inspect-2.sock'), '')
  utimesSync(join(folder, 'inspect-2.sock'), 0, 0)
  leaveDeadSocket(join(folder, 'other.sock'))
  symlinkSync(join(folder, 'other.sock'), join(folder, 'inspect-3.sock'))
  await removeDeadSockets(folder, Number.MAX_SAFE_INTEGER)
  const left = readdirSync(folder).sort()
  alive.close()

  expect(left).toEqual(['inspect-1.sock', 'inspect-2.sock', 'inspect-3.sock', 'other.sock'])
})

test('a folder that is not there is none of its concern', async () => {
  await expect(removeDeadSockets(join(privateFolder(), 'gone'), NOW_MS)).resolves.toBeUndefined()
})
