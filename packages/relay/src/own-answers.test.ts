import { NO_DEADLINE } from '@spillway/call'
import { field, fieldList } from '@spillway/http2'
import { afterEach, expect, test } from 'vitest'
import { AS_IT_CAME, type Answer, type AnswerReader, type Exchange, type FirstMessage } from './exchange.ts'
import { Listener } from './listener.ts'
import { TestCaller, TestRelay, UNREACHABLE, answerOk, echo, startBackend } from './test-network.ts'
import { UpstreamGroup } from './upstream-group.ts'

const stops: (() => void)[] = []
afterEach(() => stops.splice(0).forEach((stop) => stop()))

async function network(
  decide: (exchange: Exchange, relay: TestRelay) => void,
  serve: Parameters<typeof startBackend>[0] = echo,
): Promise<{ relay: TestRelay; caller: TestCaller }> {
  const backend = await startBackend(serve)
  const relay = await new TestRelay({ endpoints: [{ address: backend.address, priority: 0 }] }, {}, decide).start()
  const caller = new TestCaller(relay.address)
  stops.push(
    () => backend.stop(),
    () => relay.stop(),
    () => caller.stop(),
  )
  return { relay, caller }
}

const REFUSAL: Answer = {
  status: 8,
  message: 'too much, 50 % more',
  reply: undefined,
  headers: [],
  trailers: [field('grpc-retry-pushback-ms', '10')],
}

test('an answer without a reply is trailers-only and marked as ours', async () => {
  const { relay, caller } = await network((exchange) => exchange.answer(REFUSAL))

  const seen = await caller.call(Buffer.from('x'), { 'content-type': 'application/grpc+proto' })

  expect(seen.trailers).toBeUndefined()
  expect(seen.headers).toMatchObject({
    ':status': 200,
    'content-type': 'application/grpc+proto',
    'grpc-status': '8',
    'grpc-message': 'too much, 50 %25 more',
    'grpc-retry-pushback-ms': '10',
    'spillway-origin': 'sidecar',
  })
  expect(relay.ends[0]).toMatchObject({ status: 8, isOwn: true, isForwarded: false })
})

test('an answer with a reply is a whole gRPC answer', async () => {
  const reply = Buffer.from('reply')
  const answer: Answer = {
    status: 0,
    message: '',
    reply,
    headers: [field('spillway-fallback', 'rule=x')],
    trailers: [],
  }
  const { relay, caller } = await network((exchange) => exchange.answer(answer))

  const seen = await caller.call(Buffer.from('x'))

  expect(seen.headers).toMatchObject({ 'spillway-fallback': 'rule=x' })
  expect(seen.bytes).toEqual(Buffer.concat([Buffer.from([0, 0, 0, 0, 5]), reply]))
  expect(seen.trailers).toMatchObject({ 'grpc-status': '0', 'spillway-origin': 'sidecar' })
  expect(relay.ends[0]).toMatchObject({ status: 0, isOwn: true, responseBytes: 10 })
})

test('an origin that the answer names itself is not named twice', async () => {
  const answer: Answer = { ...REFUSAL, trailers: [field('spillway-origin', 'elsewhere')] }
  const { caller } = await network((exchange) => exchange.answer(answer))

  expect((await caller.call()).headers).toMatchObject({ 'spillway-origin': 'elsewhere' })
})

test('only the first decision counts', async () => {
  const { relay, caller } = await network((exchange, { group }) => {
    exchange.answer(REFUSAL)
    exchange.answer(UNREACHABLE)
    exchange.forward(group, AS_IT_CAME, NO_DEADLINE)
  })

  expect((await caller.call()).headers).toMatchObject({ 'grpc-status': '8' })
  expect(relay.events).toEqual(['ended 8'])
})

test('a call may be decided on later, and nothing that came is lost', async () => {
  const { caller } = await network((exchange, { group }) => {
    setTimeout(() => exchange.forward(group, AS_IT_CAME, NO_DEADLINE), 20)
  })
  const body = Buffer.alloc(200_000, 'x')

  expect((await caller.call(body)).bytes.equals(body)).toBe(true)
})

test('who was to read the answer of an upstream in vain hears nothing of another answer', async () => {
  const { relay, caller } = await network(() => undefined)
  const answerReader: AnswerReader = {
    maxMessageBytes: 10,
    message: () => expect.unreachable(),
    complete: () => expect.unreachable(),
  }
  const nowhere = new UpstreamGroup({ name: 'nowhere', endpoints: [] })
  const listener = new Listener(
    { address: '127.0.0.1:0' },
    {
      opened: (exchange) => {
        exchange.forward(nowhere, { ...AS_IT_CAME, answerReader }, NO_DEADLINE)
        const unreachable = (): void => exchange.forward(relay.group, AS_IT_CAME, NO_DEADLINE)
        return { unreachable, answering: () => undefined, ended: () => undefined }
      },
    },
  )
  const other = new TestCaller(await listener.listen())
  stops.push(
    () => listener.close(),
    () => other.stop(),
  )
  caller.stop()

  expect(await other.call(message('hello'))).toMatchObject({ trailers: { 'grpc-status': '0' } })
})

test('forwarding strips, adds, and replaces what it is told to', async () => {
  let received: readonly string[] = []
  const { caller } = await network(
    (exchange, { group }) => {
      const added = fieldList([field('spillway-class', 'critical.1')])
      const answerHeaders = [field('spillway-fallback', 'rule=cheap')]
      exchange.forward(
        group,
        { ...AS_IT_CAME, isStripped: true, added, path: '/cheap.S/M', answerHeaders },
        NO_DEADLINE,
      )
    },
    (stream, headers) => {
      received = [String(headers[':path']), String(headers['spillway-class']), String(headers['x-kept'])]
      answerOk(stream)
      stream.end()
    },
  )

  const seen = await caller.call(Buffer.alloc(0), {
    'spillway-class': 'system',
    'spillway-tenant': 't',
    'x-kept': 'yes',
  })

  expect(received).toEqual(['/cheap.S/M', 'critical.1', 'yes'])
  expect(seen.headers).toMatchObject({ 'spillway-fallback': 'rule=cheap' })
})

function message(text: string, flag = 0): Buffer {
  const prefix = Buffer.from([flag, 0, 0, 0, 0])
  prefix.writeUInt32BE(text.length, 1)
  return Buffer.concat([prefix, Buffer.from(text)])
}

test.each<[string, Buffer, FirstMessage]>([
  ['a message', message('hello'), { kind: 'message', bytes: Buffer.from('hello') }],
  ['an empty message', message(''), { kind: 'message', bytes: new Uint8Array(0) }],
  [
    'the first of two messages',
    Buffer.concat([message('one'), message('two')]),
    { kind: 'message', bytes: Buffer.from('one') },
  ],
  ['a message of 64 KiB', message('x'.repeat(65_536)), { kind: 'message', bytes: Buffer.from('x'.repeat(65_536)) }],
  ['a message that is too large', message('x'.repeat(65_537)), { kind: 'unreadable', reason: 'too_large' }],
  ['a compressed message', message('x', 1), { kind: 'unreadable', reason: 'compressed' }],
  ['a message with a strange flag', message('x', 2), { kind: 'unreadable', reason: 'malformed' }],
  ['half a message', message('hello').subarray(0, 7), { kind: 'unreadable', reason: 'malformed' }],
  ['nothing', Buffer.alloc(0), { kind: 'unreadable', reason: 'none' }],
])('shows the first message of %s, and forwards all of it', async (_what, body, expected) => {
  let first: FirstMessage | undefined
  const { caller } = await network((exchange, { group }) => {
    exchange.readFirstMessage(65_536, NO_DEADLINE, (received) => {
      first = received
      exchange.forward(group, AS_IT_CAME, NO_DEADLINE)
    })
  })

  const seen = await caller.call(body)

  expect(first?.kind === 'message' ? { ...first, bytes: Buffer.from(first.bytes) } : first).toEqual(
    expected.kind === 'message' ? { ...expected, bytes: Buffer.from(expected.bytes) } : expected,
  )
  expect(seen.bytes.equals(body)).toBe(true)
})
