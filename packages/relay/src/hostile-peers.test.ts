import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { SeededRandom } from '@spillway/clock'
import { afterEach, expect, test } from 'vitest'
import { TestCaller, TestRelay, echo, startBackend } from './test-network.ts'

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
const SETTINGS = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])

const stops: (() => void)[] = []
afterEach(() => stops.splice(0).forEach((stop) => stop()))

/** Frames whose headers make some sense and whose payloads make none. */
function noise(random: SeededRandom, frames: number): Buffer {
  const parts: Buffer[] = []
  for (let count = 0; count < frames; count++) {
    const payload = Buffer.from(Array.from({ length: Math.floor(random.next() * 40) }, () => random.next() * 256))
    const type = Math.floor(random.next() * 10)
    const streamId = Math.floor(random.next() * 6)
    parts.push(Buffer.from([0, 0, payload.length, type, random.next() * 64, 0, 0, 0, streamId]), payload)
  }
  return Buffer.concat(parts)
}

async function closeOf(socket: Socket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  socket.on('error', () => {})
  socket.on('close', () => resolve())
  socket.resume()
  return promise
}

test('noise from callers ends their connections and disturbs nobody', async () => {
  const backend = await startBackend(echo)
  const relay = await new TestRelay({ endpoints: [{ address: backend.address, priority: 0 }] }).start()
  const bystander = new TestCaller(relay.address)
  stops.push(
    () => backend.stop(),
    () => relay.stop(),
    () => bystander.stop(),
  )
  const random = new SeededRandom(7)
  const port = Number(relay.address.split(':')[1])

  for (let round = 0; round < 60; round++) {
    const socket = connect({ host: '127.0.0.1', port })
    const closed = closeOf(socket)
    socket.end(Buffer.concat([PREFACE, SETTINGS, noise(random, 50)]))
    expect((await bystander.call(Buffer.from('hello'))).bytes.toString()).toBe('hello')
    await closed
  }

  while (relay.listener.snapshot().connections > 1) await new Promise((resolve) => setImmediate(resolve))
  expect(relay.held()).toEqual({ streams: 0, deadlines: 0, waiting: 0, upstream: 0 })
})

test('noise from an upstream ends its calls with a status and nothing else', async () => {
  const random = new SeededRandom(11)
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.write(SETTINGS)
    socket.on('data', () => socket.write(noise(random, 20)))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const relay = await new TestRelay({ endpoints: [{ address, priority: 0 }] }).start()
  const caller = new TestCaller(relay.address)
  stops.push(
    () => caller.stop(),
    () => relay.stop(),
    () => sockets.forEach((socket) => socket.destroy()),
    () => server.close(),
  )

  for (let round = 0; round < 40; round++) {
    const { headers, trailers } = await caller.call(Buffer.from('hello'))
    expect(Number({ ...headers, ...trailers }['grpc-status'])).toBeGreaterThan(0)
  }

  expect(relay.held()).toEqual({ streams: 0, deadlines: 0, waiting: 0, upstream: 0 })
})
