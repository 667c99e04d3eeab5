import { existsSync } from 'node:fs'
import { createConnection } from 'node:net'
import { describe, expect, test } from 'vitest'
import { freePorts } from './free-ports.ts'
import { GuardedProcess } from './guarded-process.ts'
import { NatsServer, findNatsServer } from './nats-server.ts'

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

test('free ports are all different, and nobody listens on them', async () => {
  const ports = await freePorts(20)

  expect(new Set(ports).size).toBe(20)
  expect(await Promise.all(ports.map(isListening))).not.toContain(true)
})

test('a guarded process tells what it prints, and is gone when it is killed', async () => {
  let printed = ''
  const sleeper = await GuardedProcess.start('/bin/sh', ['-c', 'echo ready; sleep 60'], (text) => (printed += text))
  await expect.poll(() => printed).toBe('ready\n')
  await sleeper.kill()

  expect(() => process.kill(sleeper.pid, 0)).toThrow('ESRCH')
})

describe.skipIf(!findNatsServer())('a nats-server for tests', () => {
  test('comes back on its port after kill -9, and leaves nothing when it is closed', async () => {
    const server = await NatsServer.start()
    await server.kill()
    expect(await isListening(server.port)).toBe(false)
    await server.restart()
    expect(await isListening(server.port)).toBe(true)
    await server.close()

    expect(await isListening(server.port)).toBe(false)
    expect(existsSync(server.folder)).toBe(false)
  })

  test('says at once why it did not start', async () => {
    const start = NatsServer.start({ config: 'no such setting {' })

    await expect(start).rejects.toThrow(/nats-server does not answer/)
  })

  test('is a program that exists', () => {
    expect(existsSync(findNatsServer() ?? '')).toBe(true)
  })
})
