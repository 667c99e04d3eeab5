import { connect } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { freePorts } from './free-ports.ts'
import { PinnedProcess } from './pinned-process.ts'

const SERVER = 'require("node:net").createServer().listen(Number(process.argv[1]), "127.0.0.1")'

test('starts a server, waits until it listens, and leaves nothing behind', async () => {
  const [port = 0] = await freePorts(1)
  {
    await using server = await PinnedProcess.start(
      { file: process.execPath, args: ['-e', SERVER, String(port)] },
      0,
      port,
    )
    expect(server.residentMib() ?? 1).toBeGreaterThan(0)
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    socket.destroy()
  }

  await expect(once(connect(port, '127.0.0.1'), 'connect')).rejects.toThrow('ECONNREFUSED')
})

test('says why a server that ends at once did not start', async () => {
  const [port = 0] = await freePorts(1)
  const command = { file: process.execPath, args: ['-e', 'console.error("port is taken"); process.exit(3)'] }

  await expect(PinnedProcess.start(command, 0, port)).rejects.toThrow('port is taken')
})

test('says why a command that cannot be run did not start', async () => {
  const [port = 0] = await freePorts(1)

  await expect(PinnedProcess.start({ file: '/nowhere/at-all', args: [] }, 0, port)).rejects.toThrow('/nowhere/at-all')
})
