import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import http2 from 'node:http2'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { NO_DEADLINE } from '@spillway/call'
import { ManualClock, SeededRandom } from '@spillway/clock'
import { CLIENT_PREFACE, Flag, FrameType, HpackEncoder, encodedBound, field, fieldList } from '@spillway/http2'
import { afterEach, expect, test } from 'vitest'
import { AS_IT_CAME, type Exchange } from './exchange.ts'
import { createRelayResources } from './resources.ts'
import { TestCaller, TestRelay, answerOk, echo, seenOf, startBackend } from './test-network.ts'

const stops: (() => void)[] = []
afterEach(() => stops.splice(0).forEach((stop) => stop()))

async function network(
  config: ConstructorParameters<typeof TestRelay>[1] = {},
  decide?: ConstructorParameters<typeof TestRelay>[2],
  clock = new ManualClock(),
): Promise<{ relay: TestRelay; caller: TestCaller; clock: ManualClock }> {
  const backend = await startBackend(echo)
  const resources = createRelayResources(clock, new SeededRandom(1))
  const relay = await new TestRelay(
    { endpoints: [{ address: backend.address, priority: 0 }] },
    config,
    decide,
    resources,
  ).start()
  const caller = new TestCaller(relay.address)
  stops.push(
    () => backend.stop(),
    () => relay.stop(),
    () => caller.stop(),
  )
  return { relay, caller, clock }
}

async function settled(session: http2.ClientHttp2Session): Promise<void> {
  if (session.connecting) await once(session, 'remoteSettings')
}

/** All of one call, as its caller sends it. */
function wholeCall(): Buffer {
  const list = fieldList([
    field(':method', 'POST'),
    field(':scheme', 'http'),
    field(':path', '/a/b'),
    field('content-type', 'application/grpc'),
  ])
  const block = Buffer.alloc(encodedBound(list))
  const bytes = new HpackEncoder().encode(list, block, 0)
  const settings = [0, 0, 0, FrameType.SETTINGS, 0, 0, 0, 0, 0]
  const headers = [0, 0, bytes, FrameType.HEADERS, Flag.END_HEADERS | Flag.END_STREAM, 0, 0, 0, 1]
  return Buffer.concat([CLIENT_PREFACE, Buffer.from([...settings, ...headers]), block.subarray(0, bytes)])
}

/** What a process does that connects, sends and resets its connection while the listener is busy. */
const HIT_AND_RUN = `
  const { port, octets, done } = require('node:worker_threads').workerData
  const socket = require('node:net').connect(port, '127.0.0.1', () => {
    socket.write(octets, () => socket.resetAndDestroy())
  })
  socket.on('close', () => {
    Atomics.store(done, 0, 1)
    Atomics.notify(done, 0)
  })
`

test('a caller that is gone before it is accepted is not taken for our own app', async () => {
  const peers: string[] = []
  const { relay, caller } = await network({ trustsLoopback: true }, (exchange, { group }) => {
    peers.push(`${exchange.peer.kind} ${exchange.peer.id}`)
    exchange.forward(group, AS_IT_CAME, NO_DEADLINE)
  })
  await settled(caller.session)
  const done = new Int32Array(new SharedArrayBuffer(4))
  const workerData = { port: Number(relay.address.split(':')[1]), octets: wholeCall(), done }
  const worker = new Worker(HIT_AND_RUN, { eval: true, workerData })

  await once(worker, 'online')
  Atomics.wait(done, 0, 0)
  const other = new TestCaller(relay.address)
  stops.push(() => other.stop())
  await other.call()
  await worker.terminate()

  expect(peers).toEqual(['app 127.0.0.1'])
  expect(relay.listener.snapshot().acceptedConnections).toBe(2)
})

test.each(['text/plain', 'application/grpc-web', 'application/json', undefined])(
  'content of type %s is answered with HTTP 415',
  async (type) => {
    const { relay, caller } = await network()

    const call = caller.session.request({
      ':method': 'POST',
      ':path': '/a/b',
      ...(type === undefined ? {} : { 'content-type': type }),
    })
    const seen = seenOf(call)
    call.end()

    expect((await seen).headers).toMatchObject({ ':status': 415 })
    expect(relay.events).toEqual([])
  },
)

test.each([
  { ':method': 'GET' },
  { ':path': '/one' },
  { ':path': '//b' },
  { ':path': '/a/' },
  { ':path': '/a/b/c' },
  { ':path': '/a/b?c' },
])('a request with %o is a stream error', async (headers) => {
  const { relay, caller } = await network()

  const seen = await seenOf(caller.open(headers, true))

  expect(seen.resetCode).toBe(http2.constants.NGHTTP2_PROTOCOL_ERROR)
  expect(relay.events).toEqual([])
})

test('content types keep their suffix', async () => {
  const { relay, caller } = await network()

  await caller.call(Buffer.alloc(0), { 'content-type': 'application/grpc+proto' })

  expect(relay.events).toEqual(['ended 0'])
})

test.each([
  [true, 'app'],
  [false, 'anonymous'],
])('a peer over loopback, trusted: %s, is %s', async (trustsLoopback, kind) => {
  const exchanges: Exchange[] = []
  const { caller } = await network({ trustsLoopback }, (exchange, { group }) => {
    exchanges.push(exchange)
    exchange.forward(group, AS_IT_CAME, NO_DEADLINE)
  })

  await caller.call()

  expect(exchanges[0]?.peer).toEqual({ kind, id: '127.0.0.1' })
})

test('an address that is taken rejects with its error', async () => {
  const { relay } = await network()
  const other = new TestRelay({ endpoints: [] }, { address: relay.address })

  await expect(other.start()).rejects.toMatchObject({ code: 'EADDRINUSE' })
})

test('a socket file that a dead process left behind is replaced, a live one is not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'relay-'))
  stops.push(() => rmSync(folder, { recursive: true }))
  const address = `unix:${folder}/socket`
  const leave = `require('net').createServer().listen('${folder}/socket', () => process.kill(process.pid, 'SIGKILL'))`
  spawnSync(process.execPath, ['-e', leave])
  expect(existsSync(`${folder}/socket`)).toBe(true)

  await network({ address })

  await expect(new TestRelay({ endpoints: [] }, { address }).start()).rejects.toMatchObject({ code: 'EADDRINUSE' })
})

test('connections past the cap are closed as they come', async () => {
  const { relay, caller } = await network({ maxConnections: 1 })
  await settled(caller.session)

  const second = connect({ host: '127.0.0.1', port: Number(relay.address.split(':')[1]) })
  second.on('error', () => {})
  await closeOf(second)

  expect(relay.listener.snapshot()).toMatchObject({ connections: 1, refusedConnections: 1 })
  await caller.call()
})

test('drain lets calls finish, refuses connections and resolves when all are gone', async () => {
  const opened = Promise.withResolvers<Exchange>()
  const { relay, caller } = await network({}, (exchange) => opened.resolve(exchange))
  const seen = caller.call(Buffer.from('abc'))
  const exchange = await opened.promise

  const drained = relay.listener.drain(60_000)
  expect(relay.listener.isDraining).toBe(true)
  await once(caller.session, 'goaway')
  exchange.forward(relay.group, AS_IT_CAME, NO_DEADLINE)

  expect((await seen).bytes.toString()).toBe('abc')
  await drained
  expect(relay.listener.snapshot()).toMatchObject({ connections: 0, streams: 0 })
  await expect(once(connect(Number(relay.address.split(':')[1]), '127.0.0.1'), 'connect')).rejects.toThrow(
    'ECONNREFUSED',
  )
})

test('drain cuts what is left after its grace', async () => {
  const opened = Promise.withResolvers<Exchange>()
  const { relay, caller, clock } = await network({}, (exchange) => opened.resolve(exchange))
  const call = caller.open()
  await opened.promise

  const drained = relay.listener.drain(1_000)
  clock.advance(1_000)

  await drained
  await once(call, 'close')
  expect(await relay.endOf(1)).toMatchObject({ isCancelledByCaller: true, isForwarded: false })
})

test('an old connection is drained and then cut', async () => {
  const opened = Promise.withResolvers<Exchange>()
  const { relay, caller, clock } = await network({ maxAgeMs: 10_000, maxAgeGraceMs: 5_000 }, (exchange) =>
    opened.resolve(exchange),
  )
  const call = caller.open()
  await opened.promise
  clock.advance(9_000)
  expect(caller.session.closed).toBe(false)

  clock.advance(2_100)
  await once(caller.session, 'goaway')
  clock.advance(6_000)
  await once(call, 'close')

  expect(relay.listener.snapshot().connections).toBe(0)
})

test.each([
  ['nothing', ''],
  ['half a preface', 'PRI * HTTP/2.0\r\n'],
  ['a preface only', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
])('a peer that sends %s is given up in time', async (_what, text) => {
  const { relay, clock } = await network()
  const socket = connect({ host: '127.0.0.1', port: Number(relay.address.split(':')[1]) })
  socket.resume()
  socket.on('error', () => {})
  socket.write(text)
  while (relay.listener.snapshot().acceptedConnections < 2) await turn()

  for (let second = 0; second < 12; second++) clock.advance(1_000)

  await closeOf(socket)
  expect(socket.destroyed).toBe(true)
})

test('a silent caller is asked for a sign of life, and kept when it gives one', async () => {
  const opened = Promise.withResolvers<Exchange>()
  const { relay, caller, clock } = await network({}, (exchange) => opened.resolve(exchange))
  caller.open()
  await opened.promise
  for (let second = 0; second < 62; second++) clock.advance(1_000)
  await once(caller.session, 'ping')
  const { receivedBytes } = relay.listener.snapshot()
  while (relay.listener.snapshot().receivedBytes === receivedBytes) await turn()

  for (let second = 0; second < 40; second++) clock.advance(1_000)

  expect(relay.listener.snapshot().connections).toBe(1)
})

test('a caller that gives no sign of life is given up, and its calls with it', async () => {
  const opened = Promise.withResolvers<Exchange>()
  const { relay, caller, clock } = await network({}, (exchange) => opened.resolve(exchange))
  caller.open()
  await opened.promise

  for (let second = 0; second < 82; second++) clock.advance(1_000)

  expect(await relay.endOf(1)).toMatchObject({ isCancelledByCaller: true })
})

test('a peer that does not complete its header block is cut off', async () => {
  const { relay, clock } = await network()
  const socket = connect({ host: '127.0.0.1', port: Number(relay.address.split(':')[1]) })
  socket.resume()
  const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])
  const openBlock = Buffer.from([0, 0, 1, 1, 0, 0, 0, 0, 1, 0x83])
  socket.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), settings, openBlock]))
  while (relay.listener.snapshot().receivedBytes < 43) await turn()

  for (let second = 0; second < 12; second++) clock.advance(1_000)

  await closeOf(socket)
  expect(relay.events).toEqual([])
})

/** Waits for the close, after an error or not. */
async function closeOf(socket: Socket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  socket.on('close', () => resolve())
  socket.on('error', () => {})
  if (socket.closed) resolve()
  return promise
}

async function turn(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  setImmediate(resolve)
  return promise
}

test('the snapshot counts connections, streams and octets', async () => {
  const { relay, caller } = await network()
  await caller.call(Buffer.alloc(1_000))

  const { connections, streams, acceptedStreams, receivedBytes, sentBytes } = relay.listener.snapshot()

  expect({ connections, streams, acceptedStreams }).toEqual({ connections: 1, streams: 0, acceptedStreams: 1 })
  expect(receivedBytes).toBeGreaterThan(1_000)
  expect(sentBytes).toBeGreaterThan(1_000)
})

test('a slow reader holds up nobody else and little memory', async () => {
  const backend = await startBackend(
    (stream, headers) => {
      if (headers['x-large'] === undefined) {
        echo(stream)
        return
      }
      answerOk(stream)
      stream.write(Buffer.alloc(50_000_000))
    },
    { maxSessionMemory: 1_000 },
  )
  const relay = await new TestRelay({ endpoints: [{ address: backend.address, priority: 0 }] }).start()
  const caller = new TestCaller(relay.address)
  stops.push(
    () => backend.stop(),
    () => relay.stop(),
    () => caller.stop(),
  )
  const slowCaller = new TestCaller(relay.address)
  stops.push(() => slowCaller.stop())
  const slow = Array.from({ length: 10 }, () => slowCaller.open({ 'x-large': '1' }))
  await Promise.all(slow.map(async (call) => once(call, 'response')))

  for (let count = 0; count < 20; count++) {
    expect((await caller.call(Buffer.alloc(30_000))).bytes).toHaveLength(30_000)
  }

  const received = relay.group.snapshot().endpoints[0]?.receivedBytes ?? 0
  expect(received).toBeLessThan(10 * 3 * 65_535 + 20 * 40_000)
})
