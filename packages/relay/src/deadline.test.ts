import { once } from 'node:events'
import http2 from 'node:http2'
import { NO_DEADLINE, Status, outcomeOf } from '@spillway/call'
import { ManualClock } from '@spillway/clock'
import { afterEach, expect, test } from 'vitest'
import { AS_IT_CAME, type Exchange, type FirstMessage } from './exchange.ts'
import { createRelayResources } from './resources.ts'
import { TestCaller, TestRelay, UNREACHABLE, answerOk, echo, seenOf, startBackend } from './test-network.ts'

const stops: (() => void)[] = []
afterEach(() => stops.splice(0).forEach((stop) => stop()))

/** A relay that takes the deadline from the request, on a clock that the test moves. */
async function network(
  serve: Parameters<typeof startBackend>[0],
  maxCallMs = Number.POSITIVE_INFINITY,
): Promise<{ clock: ManualClock; relay: TestRelay; caller: TestCaller }> {
  const clock = new ManualClock()
  const backend = await startBackend(serve)
  const endpoints = [{ address: backend.address, priority: 0 }]
  const relay = await new TestRelay(
    { endpoints },
    { maxCallMs },
    (exchange, { group }) => {
      exchange.forward(group, AS_IT_CAME, exchange.arrivedMs + exchange.allowedMs)
    },
    createRelayResources(clock),
  ).start()
  const caller = new TestCaller(relay.address)
  stops.push(
    () => backend.stop(),
    () => relay.stop(),
    () => caller.stop(),
  )
  return { clock, relay, caller }
}

test('expiry resets the upstream and answers DEADLINE_EXCEEDED', async () => {
  const opened = Promise.withResolvers<http2.ServerHttp2Stream>()
  const { clock, relay, caller } = await network((stream) => opened.resolve(stream))
  const seen = caller.call(Buffer.from('x'), { 'grpc-timeout': '100m' })
  const stream = await opened.promise
  const closed = once(stream, 'close')

  clock.advance(99)
  expect(relay.ends).toEqual([])
  clock.advance(6)
  await closed

  expect(stream.rstCode).toBe(http2.constants.NGHTTP2_CANCEL)
  expect((await seen).headers).toMatchObject({ 'grpc-status': '4', 'spillway-origin': 'sidecar' })
  expect(await relay.endOf(1)).toMatchObject({ status: Status.DEADLINE_EXCEEDED, isOwn: true, allowedMs: 100 })
  expect(relay.held()).toEqual({ streams: 0, deadlines: 0, waiting: 0, upstream: 0 })
})

test('a deadline that is far costs no timer, and is kept all the same', async () => {
  const opened = Promise.withResolvers<http2.ServerHttp2Stream>()
  const { clock, relay, caller } = await network((stream) => opened.resolve(stream))
  const seen = caller.call(Buffer.from('x'), { 'grpc-timeout': '30S' })
  await opened.promise
  expect(relay.held()).toMatchObject({ streams: 1, deadlines: 0 })

  clock.advance(29_999)
  expect(relay.held()).toMatchObject({ streams: 1, deadlines: 1 })
  expect(relay.ends).toEqual([])
  clock.advance(11)

  expect((await seen).headers).toMatchObject({ 'grpc-status': '4' })
  expect(await relay.endOf(1)).toMatchObject({ status: Status.DEADLINE_EXCEEDED, isOwn: true, allowedMs: 30_000 })
  expect(relay.held()).toEqual({ streams: 0, deadlines: 0, waiting: 0, upstream: 0 })
})

test('expiry in the middle of an answer cuts it and adds trailers', async () => {
  const { clock, relay, caller } = await network((stream) => {
    answerOk(stream)
    stream.write('abc')
  })
  const call = caller.open({ 'grpc-timeout': '1S' })
  const seen = seenOf(call)
  await once(call, 'data')

  clock.advance(1_005)

  expect((await seen).bytes.toString()).toBe('abc')
  expect((await seen).trailers).toMatchObject({ 'grpc-status': '4' })
  expect(relay.ends[0]).toMatchObject({ status: Status.DEADLINE_EXCEEDED, isCancelledByCaller: false })
})

test('expiry does not wait for a caller that reads nothing, whose own doing it is', async () => {
  const { clock, relay } = await network((stream) => {
    answerOk(stream)
    stream.end(Buffer.alloc(10_000))
  })
  const caller = new TestCaller(relay.address, { settings: { initialWindowSize: 0 } })
  stops.push(() => caller.stop())
  await once(caller.open({ 'grpc-timeout': '1S' }, true), 'response')
  while ((relay.group.snapshot().endpoints[0]?.receivedBytes ?? 0) < 10_000) await turn()

  clock.advance(1_005)

  const end = await relay.endOf(1)
  expect(end).toMatchObject({ status: Status.DEADLINE_EXCEEDED, isOwn: true, isCancelledByCaller: true })
  expect(outcomeOf(end, 100)).toBe('cancelled')
})

async function turn(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  setImmediate(resolve)
  return promise
}

test('what is left of the time is forwarded', async () => {
  const received = Promise.withResolvers<string | undefined>()
  const { caller } = await network((stream, headers) => {
    received.resolve(headers['grpc-timeout'] as string | undefined)
    echo(stream)
  })

  await caller.call(Buffer.alloc(0), { 'grpc-timeout': '2S' })

  expect(await received.promise).toBe('2000000u')
})

test('no deadline is forwarded as none', async () => {
  const received = Promise.withResolvers<unknown>()
  const { relay, caller } = await network((stream, headers) => {
    received.resolve(headers['grpc-timeout'])
    echo(stream)
  })

  await caller.call()

  expect(await received.promise).toBeUndefined()
  expect(await relay.endOf(1)).toMatchObject({ allowedMs: Number.POSITIVE_INFINITY })
})

test('the configured maximum holds for calls that ask for more, or for nothing', async () => {
  const received: unknown[] = []
  const { caller } = await network((stream, headers) => {
    received.push(headers['grpc-timeout'])
    echo(stream)
  }, 5_000)

  await caller.call(Buffer.alloc(0), { 'grpc-timeout': '99999999H' })
  await caller.call()

  expect(received).toEqual(['5000000u', '5000000u'])
})

test.each(['', '1', 'S', '1.5S', '-1S', '123456789S', '1s', ' 1S'].filter((text) => text.trim() === text))(
  'a timeout of "%s" is refused before anybody sees the call',
  async (text) => {
    const { relay, caller } = await network(echo)

    const seen = await caller.call(Buffer.alloc(0), { 'grpc-timeout': text })

    expect(seen.headers).toMatchObject({ 'grpc-status': '13', 'grpc-message': 'malformed grpc-timeout' })
    expect(relay.events).toEqual([])
  },
)

/** A relay whose policy wants the first message and answers when it is late. */
async function reading(deadlineMs: number, maxCallMs = NO_DEADLINE) {
  const clock = new ManualClock()
  const seen: FirstMessage[] = []
  const opened = Promise.withResolvers<void>()
  const decide = (exchange: Exchange): void => {
    exchange.readFirstMessage(100, exchange.arrivedMs + deadlineMs, (first) => {
      seen.push(first)
      exchange.answer(UNREACHABLE)
    })
    opened.resolve()
  }
  const relay = await new TestRelay({ endpoints: [] }, { maxCallMs }, decide, createRelayResources(clock)).start()
  const caller = new TestCaller(relay.address)
  stops.push(
    () => relay.stop(),
    () => caller.stop(),
  )
  return { clock, seen, relay, caller, opened: opened.promise }
}

test('a first message that never comes is late after a minute, when the call has no deadline at all', async () => {
  const { clock, seen, relay, caller, opened } = await reading(NO_DEADLINE)
  const stream = caller.open()
  stream.write(Buffer.from([0, 0, 0, 0, 9, 7])) // and the other eight octets never
  await opened

  clock.advance(59_999)
  expect(seen).toEqual([])
  clock.advance(6)

  expect(seen).toEqual([{ kind: 'late' }])
  await relay.endOf(1)
  expect(relay.held()).toMatchObject({ streams: 0, deadlines: 0 })
})

test.each([
  ['the deadline of the call', 100, NO_DEADLINE],
  ['the maximum of the listener, when it has none', NO_DEADLINE, 100],
])('a first message that never comes is late at %s', async (_what, deadlineMs, maxCallMs) => {
  const { clock, seen, relay, caller, opened } = await reading(deadlineMs, maxCallMs)
  const call = seenOf(caller.open())
  await opened

  clock.advance(99)
  expect(seen).toEqual([])
  clock.advance(6)

  expect(seen).toEqual([{ kind: 'late' }])
  expect((await call).headers).toMatchObject({ 'grpc-status': '14' })
  await relay.endOf(1)
  expect(relay.held()).toMatchObject({ streams: 0, deadlines: 0 })
})

test.each([
  ['goes away', (stream: http2.ClientHttp2Stream) => stream.close(http2.constants.NGHTTP2_CANCEL)],
  ['sends the message', (stream: http2.ClientHttp2Stream) => stream.end(Buffer.from([0, 0, 0, 0, 1, 7]))],
])('nothing is waited for once a caller that was waited for %s', async (_what, act) => {
  const { relay, caller, opened } = await reading(60_000)
  const stream = caller.open()
  await opened
  expect(relay.held()).toMatchObject({ deadlines: 1 })

  act(stream)

  await relay.endOf(1)
  expect(relay.held()).toMatchObject({ deadlines: 0 })
})
