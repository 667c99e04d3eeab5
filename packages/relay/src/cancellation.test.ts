import { once } from 'node:events'
import http2 from 'node:http2'
import { Status } from '@spillway/call'
import { afterEach, expect, test } from 'vitest'
import { TestCaller, TestRelay, answerOk, echo, seenOf, startBackend, type Backend } from './test-network.ts'

const { NGHTTP2_CANCEL, NGHTTP2_INTERNAL_ERROR, NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_NO_ERROR } = http2.constants
const NOTHING = { streams: 0, deadlines: 0, waiting: 0, upstream: 0 }

const stops: (() => void)[] = []
afterEach(() => stops.splice(0).forEach((stop) => stop()))

async function network(serve: Parameters<typeof startBackend>[0]): Promise<[Backend, TestRelay, TestCaller]> {
  const backend = await startBackend(serve)
  const relay = await new TestRelay({ endpoints: [{ address: backend.address, priority: 0 }] }).start()
  const caller = new TestCaller(relay.address)
  stops.push(
    () => backend.stop(),
    () => relay.stop(),
    () => caller.stop(),
  )
  return [backend, relay, caller]
}

test('a cancel before the answer reaches the upstream', async () => {
  const opened = Promise.withResolvers<http2.ServerHttp2Stream>()
  const [, relay, caller] = await network((stream) => opened.resolve(stream))
  const call = caller.open()
  call.write('abc')
  const stream = await opened.promise

  call.close(NGHTTP2_CANCEL)
  await once(stream, 'close')

  expect(stream.rstCode).toBe(NGHTTP2_CANCEL)
  expect(await relay.endOf(1)).toMatchObject({ isCancelledByCaller: true, isForwarded: true, requestBytes: 3 })
  expect(relay.held()).toEqual(NOTHING)
})

test('a cancel in the middle of the answer reaches the upstream', async () => {
  const opened = Promise.withResolvers<http2.ServerHttp2Stream>()
  const [, relay, caller] = await network((stream) => {
    answerOk(stream)
    stream.write('abc')
    opened.resolve(stream)
  })
  const call = caller.open()
  const stream = await opened.promise
  await once(call, 'data')

  call.close(NGHTTP2_CANCEL)
  await once(stream, 'close')

  expect(stream.rstCode).toBe(NGHTTP2_CANCEL)
  expect(await relay.endOf(1)).toMatchObject({ isCancelledByCaller: true, responseBytes: 3 })
  expect(relay.held()).toEqual(NOTHING)
})

test('a lost caller cancels all its calls', async () => {
  const streams: http2.ServerHttp2Stream[] = []
  const all = Promise.withResolvers<void>()
  const [, relay, caller] = await network((stream) => {
    if (streams.push(stream) === 5) all.resolve()
  })
  for (let index = 0; index < 5; index++) caller.open()
  await all.promise

  caller.stop()
  await Promise.all(streams.map(async (stream) => once(stream, 'close')))

  expect(streams.map((stream) => stream.rstCode)).toEqual(Array.from({ length: 5 }, () => NGHTTP2_CANCEL))
  await relay.endOf(5)
  expect(relay.held()).toEqual(NOTHING)
})

test.each([
  [NGHTTP2_CANCEL, Status.CANCELLED],
  [NGHTTP2_INTERNAL_ERROR, Status.INTERNAL],
  [NGHTTP2_ENHANCE_YOUR_CALM, Status.RESOURCE_EXHAUSTED],
])('a reset %d of the upstream before the answer becomes status %d', async (code, status) => {
  const [, relay, caller] = await network((stream) => stream.close(code))

  const seen = await caller.call(Buffer.from('x'))

  expect(seen.headers).toMatchObject({ ':status': 200, 'grpc-status': String(status), 'spillway-origin': 'sidecar' })
  expect(await relay.endOf(1)).toMatchObject({ status, isOwn: true, isForwarded: true, isCancelledByCaller: false })
})

test('a reset of the upstream in the middle of the answer becomes trailers', async () => {
  const [, , caller] = await network((stream) => {
    answerOk(stream)
    stream.write('abc', () => stream.close(NGHTTP2_INTERNAL_ERROR))
  })

  const seen = await caller.call()

  expect(seen.bytes.toString()).toBe('abc')
  expect(seen.trailers).toMatchObject({ 'grpc-status': String(Status.INTERNAL), 'spillway-origin': 'sidecar' })
})

test('an upstream that is lost in the middle of a call makes it UNAVAILABLE', async () => {
  const [backend, relay, caller] = await network(() => {
    for (const session of backend.sessions) session.socket.destroy()
  })

  const seen = await caller.call(Buffer.from('x'))

  expect(seen.headers).toMatchObject({ 'grpc-status': String(Status.UNAVAILABLE) })
  expect(await relay.endOf(1)).toMatchObject({ status: Status.UNAVAILABLE, isOwn: true })
  expect(relay.held()).toEqual(NOTHING)
})

test('an early answer ends the call and stops the request', async () => {
  const opened = Promise.withResolvers<http2.ServerHttp2Stream>()
  const [, relay, caller] = await network((stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '7' }, { endStream: true })
    opened.resolve(stream)
  })
  const call = caller.open()
  const seen = seenOf(call)
  call.write('first')

  expect((await seen).headers).toMatchObject({ 'grpc-status': '7' })
  expect((await seen).resetCode).toBe(NGHTTP2_NO_ERROR)
  expect((await seen).trailers).toBeUndefined()
  expect(await relay.endOf(1)).toMatchObject({ status: 7, isOwn: false, isCancelledByCaller: false })
  expect(relay.held()).toEqual(NOTHING)
})

test('an answer without a status is one of ours', async () => {
  const [, , caller] = await network((stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' })
    stream.end('abc')
  })

  const seen = await caller.call()

  expect(seen.bytes.toString()).toBe('abc')
  expect(seen.trailers).toMatchObject({ 'grpc-status': String(Status.UNKNOWN), 'spillway-origin': 'sidecar' })
})

test.each([
  [404, Status.UNIMPLEMENTED],
  [503, Status.UNAVAILABLE],
  [418, Status.UNKNOWN],
])('HTTP status %d becomes gRPC status %d', async (code, status) => {
  const [, , caller] = await network((stream) => {
    stream.respond({ ':status': code, 'content-type': 'text/html' })
    stream.end('<h1>no</h1>')
  })

  const seen = await caller.call()

  expect(seen.headers).toMatchObject({
    ':status': 200,
    'content-type': 'application/grpc',
    'grpc-status': String(status),
  })
  expect(seen.bytes).toHaveLength(0)
})

test('a real status is kept whatever the HTTP status is', async () => {
  const [, , caller] = await network((stream) => {
    stream.respond({ ':status': 503, 'grpc-status': '8', 'grpc-message': 'a%20b' }, { endStream: true })
  })

  const seen = await caller.call()

  expect(seen.headers).toMatchObject({ ':status': 503, 'grpc-status': '8', 'grpc-message': 'a%20b' })
})

test('many calls that are cancelled at any time leave nothing behind', async () => {
  const [, relay, caller] = await network(echo)
  const closed: Promise<unknown>[] = []
  for (let index = 0; index < 200; index++) {
    const call = caller.open({ 'grpc-timeout': '10S' })
    closed.push(once(call, 'close'))
    call.resume()
    call.write(Buffer.alloc(index * 10))
    if (index % 4 === 0) call.close(NGHTTP2_CANCEL)
    else if (index % 4 === 1) setImmediate(() => call.close(NGHTTP2_CANCEL))
    else call.end()
    if (index % 50 === 49) await Promise.all(closed)
  }

  await Promise.all(closed)
  while (relay.held().streams + relay.held().upstream > 0) await new Promise((resolve) => setImmediate(resolve))

  expect(relay.held()).toEqual(NOTHING)
})
