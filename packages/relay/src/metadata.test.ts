import { once } from 'node:events'
import http2 from 'node:http2'
import { afterEach, expect, test } from 'vitest'
import { TestCaller, TestRelay, answerOk, seenOf, startBackend } from './test-network.ts'

const stops: (() => void)[] = []
afterEach(() => stops.splice(0).forEach((stop) => stop()))

interface Received {
  readonly raw: readonly string[]
  readonly sensitive: readonly string[]
}

async function network(serve: (stream: http2.ServerHttp2Stream) => void): Promise<[TestCaller, Received[]]> {
  const received: Received[] = []
  const backend = await startBackend((stream, headers, raw) => {
    received.push({ raw, sensitive: sensitiveOf(headers) })
    serve(stream)
  })
  const relay = await new TestRelay({ endpoints: [{ address: backend.address, priority: 0 }] }).start()
  const caller = new TestCaller(relay.address)
  stops.push(
    () => backend.stop(),
    () => relay.stop(),
    () => caller.stop(),
  )
  return [caller, received]
}

/** The names that came as never-indexed literals. */
function sensitiveOf(headers: object | undefined): string[] {
  const names: unknown = headers === undefined ? undefined : Reflect.get(headers, http2.sensitiveHeaders)
  return Array.isArray(names) ? names.map(String) : []
}

test('request metadata arrives byte for byte, in order, with its duplicates', async () => {
  const [caller, received] = await network((stream) => {
    answerOk(stream)
    stream.end()
  })

  await caller.call(Buffer.alloc(0), {
    'user-agent': 'test/1.0',
    'x-b': ['2', '1', '2'],
    'x-a': 'caf\u00e9, "quoted"',
    'x-bin': ['AAE', 'AAE='],
    'grpc-encoding': 'gzip',
  })

  const [first] = received
  const pairs = Array.from({ length: (first?.raw.length ?? 0) / 2 }, (_, index) =>
    first?.raw.slice(2 * index, 2 * index + 2),
  )
  expect(pairs.filter((pair) => !pair?.[0]?.startsWith(':'))).toEqual([
    ['content-type', 'application/grpc'],
    ['te', 'trailers'],
    ['user-agent', 'test/1.0'],
    ['x-b', '2'],
    ['x-b', '1'],
    ['x-b', '2'],
    ['x-a', 'caf\u00e9, "quoted"'],
    ['x-bin', 'AAE'],
    ['x-bin', 'AAE='],
    ['grpc-encoding', 'gzip'],
  ])
})

test('never-indexed fields stay never-indexed, both ways', async () => {
  const [caller, received] = await network((stream) => {
    stream.respond(
      {
        ':status': 200,
        'content-type': 'application/grpc',
        'grpc-status': '0',
        'x-token': 'secret',
        [http2.sensitiveHeaders]: ['x-token'],
      },
      { endStream: true },
    )
  })

  for (let count = 0; count < 3; count++) {
    const seen = await caller.call(Buffer.alloc(0), {
      authorization: 'Bearer secret',
      [http2.sensitiveHeaders]: ['authorization'],
    })
    expect(sensitiveOf(seen.headers)).toEqual(['x-token'])
    expect(received[count]?.sensitive).toEqual(['authorization'])
  }
})

test('headers of an answer arrive before any message', async () => {
  const opened = Promise.withResolvers<http2.ServerHttp2Stream>()
  const [caller] = await network((stream) => {
    answerOk(stream)
    opened.resolve(stream)
  })
  const call = caller.open()
  await once(call, 'response')
  const seen = seenOf(call)

  const stream = await opened.promise
  stream.end('late')

  expect((await seen).bytes.toString()).toBe('late')
})

test('the end of a request arrives while the answer goes on', async () => {
  const [caller] = await network((stream) => {
    answerOk(stream)
    stream.write('before ')
    stream.on('data', () => {})
    stream.on('end', () => stream.end('after'))
  })
  const call = caller.open()
  const seen = seenOf(call)
  await once(call, 'response')

  call.end()

  expect((await seen).bytes.toString()).toBe('before after')
  expect((await seen).trailers).toMatchObject({ 'grpc-status': '0' })
})
