import { once } from 'node:events'
import http2 from 'node:http2'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { NO_DEADLINE } from '@spillway/call'
import { ManualClock, SeededRandom } from '@spillway/clock'
import { DEFAULT_HTTP2_LIMITS } from '@spillway/http2'
import { afterEach, expect, test } from 'vitest'
import { createRelayResources } from './resources.ts'
import { AS_IT_CAME } from './exchange.ts'
import {
  TestCaller,
  TestRelay,
  UNREACHABLE,
  answerOk,
  echo,
  seenOf,
  startBackend,
  type Backend,
} from './test-network.ts'

const stops: (() => void)[] = []
afterEach(() => stops.splice(0).forEach((stop) => stop()))

async function backend(...args: Parameters<typeof startBackend>): Promise<Backend> {
  const started = await startBackend(...args)
  stops.push(() => started.stop())
  return started
}

async function relayTo(...args: ConstructorParameters<typeof TestRelay>): Promise<[TestRelay, TestCaller]> {
  const relay = await new TestRelay(...args).start()
  const caller = new TestCaller(relay.address)
  stops.push(
    () => relay.stop(),
    () => caller.stop(),
  )
  return [relay, caller]
}

/** An address at which nobody listens. */
async function deadAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return `127.0.0.1:${port}`
}

/** A server that takes connections and frames but never says a word after its SETTINGS, or not even those. */
async function silentServer(greeting: Buffer): Promise<{ address: string; sockets: Socket[]; server: Server }> {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.resume()
    if (greeting.length > 0) socket.write(greeting)
  }).listen(0, '127.0.0.1')
  stops.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  await once(server, 'listening')
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, sockets, server }
}

const EMPTY_SETTINGS = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])
const GOAWAY_OF_ALL = Buffer.concat([Buffer.from([0, 0, 8, 7, 0, 0, 0, 0, 0]), Buffer.alloc(8)])

test('an unreachable upstream is told to the observer, who answers', async () => {
  const [relay, caller] = await relayTo({ endpoints: [{ address: await deadAddress(), priority: 0 }] })

  const seen = await caller.call(Buffer.from('x'))

  expect(seen.headers).toMatchObject({ 'grpc-status': '14', 'grpc-message': 'unreachable' })
  expect(relay.events).toEqual(['unreachable', 'ended 14'])
  expect(relay.ends[0]).toMatchObject({ isForwarded: false, isOwn: true })
})

test('calls fail fast while an endpoint is backing off, and it is tried again later', async () => {
  const clock = new ManualClock()
  const resources = createRelayResources(clock, new SeededRandom(1))
  const address = await deadAddress()
  const [relay, caller] = await relayTo({ endpoints: [{ address, priority: 0 }] }, {}, undefined, resources)
  await caller.call()
  await caller.call()
  expect(relay.group.snapshot().endpoints[0]).toMatchObject({ state: 'backoff', failedConnects: 1 })

  const late = await backend(echo, { port: Number(address.split(':')[1]) })
  clock.advance(100)

  expect((await caller.call(Buffer.from('hello'))).bytes.toString()).toBe('hello')
  expect(late.sessions.size).toBe(1)
})

test('a call that finds its endpoint backing off ends once', async () => {
  const resources = createRelayResources(new ManualClock())
  const endpoints = [{ address: await deadAddress(), priority: 0 }]
  const [relay, caller] = await relayTo({ endpoints }, {}, undefined, resources)
  await caller.call()
  relay.events.length = 0

  await caller.call()

  expect(relay.events).toEqual(['unreachable', 'ended 14'])
})

test('an answer right after a forward is ignored: that nobody can be reached is told later', async () => {
  const endpoints = [{ address: await deadAddress(), priority: 0 }]
  const [relay, caller] = await relayTo({ endpoints, maxWaiting: 0 }, {}, (exchange, { group }) => {
    exchange.forward(group, AS_IT_CAME, NO_DEADLINE)
    exchange.answer({ ...UNREACHABLE, status: 13 })
  })

  await caller.call()

  expect(relay.events).toEqual(['unreachable', 'ended 14'])
})

test('a lower priority is used only when no higher one can be reached', async () => {
  const spare = await backend(echo)
  const endpoints = [
    { address: spare.address, priority: 1 },
    { address: await deadAddress(), priority: 0 },
  ]
  const [relay, caller] = await relayTo({ endpoints })

  expect((await caller.call(Buffer.from('x'))).bytes.toString()).toBe('x')

  expect(relay.events).toEqual(['answering', 'ended 0'])
})

test('calls go to the endpoint with the fewest streams', async () => {
  const counts = [0, 0]
  const backends = await Promise.all(
    [0, 1].map(async (index) =>
      backend((stream) => {
        counts[index] = (counts[index] ?? 0) + 1
        answerOk(stream)
      }),
    ),
  )
  const endpoints = backends.map(({ address }) => ({ address, priority: 0 }))
  const [relay, caller] = await relayTo({ endpoints, isEager: true })
  while (relay.group.snapshot().endpoints.some((each) => each.state !== 'ready')) await turn()

  const calls = Array.from({ length: 10 }, () => caller.open())
  await Promise.all(calls.map(async (call) => once(call, 'response')))

  expect(counts).toEqual([5, 5])
})

async function turn(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  setImmediate(resolve)
  return promise
}

test('a refused stream is tried elsewhere, with all that was sent', async () => {
  let refused = 0
  const refusing = await backend((stream) => {
    refused++
    stream.close(http2.constants.NGHTTP2_REFUSED_STREAM)
  })
  const good = await backend(echo)
  const endpoints = [refusing, good].map(({ address }) => ({ address, priority: 0 }))
  const [relay, caller] = await relayTo({ endpoints, isEager: true })
  while (relay.group.snapshot().endpoints.some((each) => each.state !== 'ready')) await turn()

  for (let count = 0; count < 10; count++) {
    expect((await caller.call(Buffer.alloc(9_000, count))).bytes).toEqual(Buffer.alloc(9_000, count))
  }

  expect(refused).toBeGreaterThan(0)
  expect(relay.held()).toEqual({ streams: 0, deadlines: 0, waiting: 0, upstream: 0 })
})

test('a call that is refused everywhere is UNAVAILABLE after a few tries', async () => {
  let refused = 0
  const refusing = await backend((stream) => {
    refused++
    stream.close(http2.constants.NGHTTP2_REFUSED_STREAM)
  })
  const [, caller] = await relayTo({ endpoints: [{ address: refusing.address, priority: 0 }] })

  expect((await caller.call()).headers).toMatchObject({ 'grpc-status': '14' })
  expect(refused).toBe(4)
})

test('a call that was not processed and then finds nobody was not forwarded', async () => {
  const { address, sockets, server } = await silentServer(EMPTY_SETTINGS)
  const [relay, caller] = await relayTo({ endpoints: [{ address, priority: 0 }] })
  const seen = caller.call(Buffer.from('x'))
  while (relay.held().upstream === 0) await turn()

  server.close()
  for (const socket of sockets) socket.write(GOAWAY_OF_ALL)

  expect((await seen).headers).toMatchObject({ 'grpc-message': 'unreachable' })

  expect(relay.events).toEqual(['unreachable', 'ended 14'])
  expect(relay.ends[0]).toMatchObject({ isForwarded: false, heldMs: 0 })
})

test('a call that may have been processed is never sent again', async () => {
  let calls = 0
  const dropping = await backend((stream) => {
    calls++
    stream.session?.socket.destroy()
  })
  const [, caller] = await relayTo({ endpoints: [{ address: dropping.address, priority: 0 }] })

  expect((await caller.call()).headers).toMatchObject({ 'grpc-status': '14' })
  expect(calls).toBe(1)
})

test('GOAWAY lets running calls finish and takes new ones to a new connection', async () => {
  const streams: http2.ServerHttp2Stream[] = []
  const server = await backend((stream, headers) => {
    if (headers['x-slow'] === undefined) echo(stream)
    else streams.push(stream)
  })
  const [relay, caller] = await relayTo({ endpoints: [{ address: server.address, priority: 0 }] })
  const slow = caller.call(Buffer.from('slow'), { 'x-slow': '1' })
  while (streams.length === 0) await turn()

  const [session] = server.sessions
  session?.goaway(0)
  while (relay.group.snapshot().endpoints[0]?.state === 'ready') await turn()
  expect((await caller.call(Buffer.from('new'))).bytes.toString()).toBe('new')
  const [first] = streams
  if (first !== undefined) echo(first)

  expect((await slow).bytes.toString()).toBe('slow')
  expect(relay.group.snapshot().endpoints[0]).toMatchObject({ connects: 2, openedStreams: 2 })
})

test('a connection whose stream numbers are used up is followed by another, and ends with its last call', async () => {
  const server = await backend(echo)
  const endpoints = [{ address: server.address, priority: 0 }]
  const limits = { ...DEFAULT_HTTP2_LIMITS, maxOwnStreams: 2 }
  const [relay, caller] = await relayTo({ endpoints, limits })
  const calls = [caller.open(), caller.open(), caller.open()]
  const seen = calls.map(async (call) => seenOf(call))
  await Promise.all(calls.map(async (call) => once(call, 'response')))
  expect(server.sessions.size).toBe(2)

  for (const call of calls) call.end('x')

  for (const each of await Promise.all(seen)) expect(each).toMatchObject({ trailers: { 'grpc-status': '0' } })
  while (server.sessions.size > 1) await turn()
  expect(relay.group.snapshot().endpoints[0]).toMatchObject({ state: 'ready', connects: 2, openedStreams: 3 })
})

test('calls above the peer limit wait for a stream instead of failing', async () => {
  let open = 0
  let most = 0
  const server = await backend(
    (stream) => {
      most = Math.max(most, ++open)
      stream.on('close', () => open--)
      setImmediate(() => echo(stream))
    },
    { settings: { maxConcurrentStreams: 3 } },
  )
  const [relay, caller] = await relayTo({ endpoints: [{ address: server.address, priority: 0 }] })

  const seen = await Promise.all(Array.from({ length: 30 }, async (_, index) => caller.call(Buffer.from([index]))))

  expect(seen.map((each) => each.bytes[0])).toEqual(Array.from({ length: 30 }, (_, index) => index))
  expect(most).toBeLessThanOrEqual(3)
  expect(relay.held().waiting).toBe(0)
})

test('no more calls wait than configured', async () => {
  const server = await backend((stream) => answerOk(stream), { settings: { maxConcurrentStreams: 1 } })
  const [relay, caller] = await relayTo({ endpoints: [{ address: server.address, priority: 0 }], maxWaiting: 2 })
  await once(caller.open(), 'response')
  caller.open()
  caller.open()

  expect((await caller.call()).headers).toMatchObject({ 'grpc-status': '14', 'grpc-message': 'unreachable' })
  expect(relay.held().waiting).toBe(2)
})

test('a call that is cancelled while it waits is forgotten', async () => {
  const silent = await silentServer(Buffer.alloc(0))
  const [relay, caller] = await relayTo({ endpoints: [{ address: silent.address, priority: 0 }] })
  const call = caller.open()
  while (relay.held().waiting === 0) await turn()

  call.close(http2.constants.NGHTTP2_CANCEL)

  expect(await relay.endOf(1)).toMatchObject({ isForwarded: false, isCancelledByCaller: true })
  expect(relay.held()).toEqual({ streams: 0, deadlines: 0, waiting: 0, upstream: 0 })
})

test('a server that never greets is unreachable after the connect timeout', async () => {
  const clock = new ManualClock()
  const silent = await silentServer(Buffer.alloc(0))
  const endpoints = [{ address: silent.address, priority: 0 }]
  const [relay, caller] = await relayTo({ endpoints }, {}, undefined, createRelayResources(clock))
  const seen = caller.call()
  while (relay.held().waiting === 0) await turn()

  clock.advance(2_000)

  expect((await seen).headers).toMatchObject({ 'grpc-message': 'unreachable' })
})

test('a server that greets and hangs up is not connected to again at once', async () => {
  const clock = new ManualClock()
  const noStreams = Buffer.from([0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0])
  const server = createServer((socket) => socket.on('error', () => {}).end(noStreams)).listen(0, '127.0.0.1')
  stops.push(() => server.close())
  await once(server, 'listening')
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const [relay, caller] = await relayTo(
    { endpoints: [{ address, priority: 0 }] },
    {},
    undefined,
    createRelayResources(clock, new SeededRandom(1)),
  )

  expect((await caller.call()).headers).toMatchObject({ 'grpc-message': 'unreachable' })

  expect(relay.group.snapshot().endpoints[0]).toMatchObject({ state: 'backoff', connects: 1, openedStreams: 0 })
})

test('a connection that went silent is given up after an unanswered PING', async () => {
  const clock = new ManualClock()
  const silent = await silentServer(EMPTY_SETTINGS)
  const endpoints = [{ address: silent.address, priority: 0 }]
  const [relay, caller] = await relayTo({ endpoints }, {}, undefined, createRelayResources(clock))
  const seen = caller.call()
  while (relay.held().upstream === 0) await turn()
  await turn() // what a turn brings leaves at its end

  clock.advance(10_000)
  clock.advance(4_999)
  expect(relay.held().upstream).toBe(1)
  clock.advance(1)

  expect((await seen).headers).toMatchObject({ 'grpc-status': '14', 'grpc-message': 'upstream connection lost' })
})

test('a server that asks for fewer PINGs is sent half as many, however often it asks on one connection', async () => {
  const clock = new ManualClock()
  const silent = await silentServer(EMPTY_SETTINGS)
  const endpoints = [{ address: silent.address, priority: 0 }]
  const [relay, caller] = await relayTo({ endpoints }, {}, undefined, createRelayResources(clock))
  const seen = caller.call()
  while (relay.held().upstream === 0) await turn()
  const asking = Buffer.from([0, 0, 22, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11])
  const goAway = Buffer.concat([asking, Buffer.from('too_many_pings')])

  for (const socket of silent.sockets) socket.write(Buffer.concat([goAway, goAway, goAway]))
  await lostAfter(25_000, 2)
  expect((await seen).headers).toMatchObject({ 'grpc-message': 'upstream connection lost' })
  const again = caller.call()
  await lostAfter(25_000, 3)
  expect((await again).headers).toMatchObject({ 'grpc-message': 'upstream connection lost' })

  /** The call on that connection is given up in that time and not before. */
  async function lostAfter(timeMs: number, connects: number): Promise<void> {
    while (relay.group.snapshot().endpoints[0]?.connects !== connects) await turn()
    await turn()
    clock.advance(timeMs - 5_000)
    clock.advance(4_999)
    expect(relay.held().upstream).toBe(1)
    clock.advance(1)
  }
})

test('a closed upstream is unreachable', async () => {
  const server = await backend(echo)
  const [relay, caller] = await relayTo({ endpoints: [{ address: server.address, priority: 0 }] })
  await caller.call()

  relay.group.close()

  expect((await caller.call()).headers).toMatchObject({ 'grpc-message': 'unreachable' })
})
