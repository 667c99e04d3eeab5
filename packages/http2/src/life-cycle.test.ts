import { expect, test } from 'vitest'
import { CLIENT_PREFACE, Flag, FrameType } from './frame.ts'
import { HpackDecoder } from './hpack/index.ts'
import { REQUEST, TestPeer, frame, listOf, settingsFrame, wordFrame, type Pairs } from './test-peer.ts'

const { DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, CONTINUATION } = FrameType
const END = Flag.END_HEADERS | Flag.END_STREAM
const OK: Pairs = [[':status', '200']]

function goAway(lastStreamId: number, code: number, reason = ''): Buffer {
  const payload = Buffer.alloc(8 + reason.length)
  payload.writeUInt32BE(lastStreamId)
  payload.writeUInt32BE(code, 4)
  payload.write(reason, 8)
  return frame(GOAWAY, 0, 0, payload)
}

/** A client connection with one call sent. */
function calling(limits: ConstructorParameters<typeof TestPeer>[1] = {}): TestPeer {
  const peer = new TestPeer('client', limits)
  call(peer)
  peer.sent()
  return peer
}

function call(peer: TestPeer): number {
  const stream = peer.connection.open(peer.listenTo('call'))
  peer.streams.set(stream.id, stream)
  stream.sendHeaders([listOf(REQUEST)], false)
  return stream.id
}

test('greets with preface and SETTINGS, and acknowledges those of the peer', () => {
  const peer = new TestPeer('client', {}, false)
  const first = peer.connection.output.take()
  expect(Buffer.concat(first?.chunks ?? []).subarray(0, CLIENT_PREFACE.length)).toEqual(CLIENT_PREFACE)

  const server = new TestPeer('server', {}, false)
  server.connection.receive(CLIENT_PREFACE)
  server.send(settingsFrame())
  expect(server.sentOf(SETTINGS).map((each) => each.flags)).toEqual([0, Flag.ACK])
  expect(server.events).toEqual(['settled'])
})

test('tells the peer of the smallest header table that one SETTINGS frame asked for on the way', () => {
  const peer = new TestPeer('client')
  const strict = new HpackDecoder({ maxTableBytes: 4_096, maxBlockBytes: 4_096, maxFields: 100 })
  for (const size of [0, 4_096]) strict.setMaxTableBytes(size)

  peer.send(settingsFrame([1, 0], [1, 4_096]))
  call(peer)
  const [headers] = peer.sentOf(HEADERS)

  expect(strict.decode(headers?.payload ?? Buffer.alloc(0), 0, headers?.payload.length ?? 0)).toMatchObject({
    fields: REQUEST.map(([name, value]) => ({ name, value })),
  })
})

test('answers a PING with its own octets', () => {
  const peer = new TestPeer()

  peer.send(frame(PING, 0, 0, 'abcdefgh'))

  expect(peer.sent()).toEqual([{ type: PING, flags: Flag.ACK, streamId: 0, payload: Buffer.from('abcdefgh') }])
})

test('tells of the answer to its own PING and of no other', () => {
  const peer = new TestPeer('client')
  peer.connection.ping()
  const [ping] = peer.sentOf(PING)

  peer.send(frame(PING, Flag.ACK, 0, 'abcdefgh'))
  expect(peer.events).toEqual([])
  peer.send(frame(PING, Flag.ACK, 0, ping?.payload ?? ''))
  expect(peer.events).toEqual(['ponged'])
})

test('ignores frames of unknown types and PRIORITY', () => {
  const peer = new TestPeer()

  peer.send(
    frame(0xee, 0xff, 7, 'whatever'),
    frame(FrameType.PRIORITY, 0, 9, Buffer.from([0, 0, 0, 1, 5])),
    peer.headers(1),
  )

  expect(peer.sent()).toEqual([])
  expect(peer.events).toEqual(['1 opened /svc/method'])
})

test('takes a header block in pieces, padded and with priority', () => {
  const peer = new TestPeer()
  const block = peer.block(REQUEST)
  const first = Buffer.concat([Buffer.from([3, 0, 0, 0, 0, 9]), block.subarray(0, 5), Buffer.alloc(3)])

  peer.send(
    frame(HEADERS, Flag.PADDED | Flag.PRIORITY | Flag.END_STREAM, 1, first),
    frame(CONTINUATION, 0, 1, block.subarray(5, 9)),
    frame(CONTINUATION, Flag.END_HEADERS, 1, block.subarray(9)),
  )

  expect(peer.events).toEqual(['1 opened /svc/method end'])
})

test('sends a large header block in pieces that the peer takes', () => {
  const peer = new TestPeer()
  peer.send(peer.headers(1))

  peer.streams.get(1)?.sendHeaders([listOf([...OK, ['x', '\x01'.repeat(40_000)]])], true)

  const frames = peer.sent().filter((each) => each.type !== RST_STREAM)
  expect(frames.map((each) => each.type)).toEqual([HEADERS, CONTINUATION, CONTINUATION])
  expect(frames.map((each) => each.flags)).toEqual([Flag.END_STREAM, 0, Flag.END_HEADERS])
  const block = Buffer.concat(frames.map((each) => each.payload))
  expect(peer.fieldsOf({ type: HEADERS, flags: 0, streamId: 1, payload: block })[1]).toHaveLength(40_003)
})

test('carries a call both ways: headers, data, trailers', () => {
  const peer = calling()

  peer.send(
    peer.headers(1, [[':status', '103']]),
    peer.headers(1, OK),
    frame(DATA, 0, 1, 'hello'),
    peer.headers(1, [['grpc-status', '0']], END),
  )
  expect(peer.events).toEqual(['call answered 200', 'call data hello', 'call trailers grpc-status'])

  peer.streams.get(1)?.sendData(Buffer.from('bye'), 0, 3, true)
  expect(peer.sentOf(DATA).map((each) => each.flags)).toEqual([Flag.END_STREAM])
  expect(peer.events.slice(3)).toEqual(['closed', 'call ended'])
})

test('a server that has answered in full tells the client to stop', () => {
  const peer = new TestPeer()
  peer.send(peer.headers(1))

  peer.streams.get(1)?.sendHeaders([listOf(OK)], true)

  expect(peer.resets()).toEqual(['1 NO_ERROR'])
  expect(peer.events).toEqual(['1 opened /svc/method', 'closed', '1 ended'])
})

const malformed: readonly (readonly [what: string, frames: (peer: TestPeer) => Buffer[]])[] = [
  ['without a status', (p) => [p.headers(1, [['x', 'y']])]],
  ['with a status that is none', (p) => [p.headers(1, [[':status', '20']])]],
  ['with two statuses', (p) => [p.headers(1, [...OK, ...OK])]],
  ['with a request pseudo-header', (p) => [p.headers(1, [...OK, [':path', '/']])]],
  ['with status 101', (p) => [p.headers(1, [[':status', '101']])]],
  ['that ends with status 100', (p) => [p.headers(1, [[':status', '100']], END)]],
  ['that starts with data', () => [frame(DATA, 0, 1, 'x')]],
  ['with a connection-specific field', (p) => [p.headers(1, [...OK, ['connection', 'close']])]],
  ['with less content than announced', (p) => [p.headers(1, [...OK, ['content-length', '2']]), frame(DATA, 1, 1, 'x')]],
]

test.each(malformed)('a response %s is a stream error', (_what, frames) => {
  const peer = calling()

  peer.send(...frames(peer))

  expect(peer.resets()).toEqual(['1 PROTOCOL_ERROR'])
  expect(peer.events.at(-1)).toBe('call reset PROTOCOL_ERROR by us')
})

test('tells a refused stream from one that may have been processed', () => {
  const peer = calling()
  call(peer)

  peer.send(wordFrame(RST_STREAM, 1, 7), wordFrame(RST_STREAM, 3, 8))

  expect(peer.events.filter((each) => each.startsWith('call'))).toEqual([
    'call reset REFUSED_STREAM by peer unprocessed',
    'call reset CANCEL by peer',
  ])
})

test('GOAWAY proves the streams above its last one unprocessed and lets the others finish', () => {
  const peer = calling()
  call(peer)
  peer.sent()

  peer.send(goAway(1, 11, 'too_many_pings'))
  expect(peer.events).toEqual([
    'gone away ENHANCE_YOUR_CALM too_many_pings',
    'closed',
    'call reset REFUSED_STREAM by connection unprocessed',
  ])
  expect(peer.connection.canOpen).toBe(false)

  peer.streams.get(1)?.sendData(Buffer.alloc(0), 0, 0, true)
  peer.send(peer.headers(1, OK, END))
  expect(peer.events.slice(3)).toEqual(['call ended', 'closed', 'finished NO_ERROR', 'call answered 200 end'])
})

test('a lost connection tells the calls that never left from those that did', () => {
  const peer = calling()
  call(peer)

  peer.connection.lost()

  expect(peer.events.filter((each) => each.startsWith('call'))).toEqual([
    'call reset CONNECT_ERROR by connection',
    'call reset CONNECT_ERROR by connection unprocessed',
  ])
})

test('opens no more streams than the peer allows', () => {
  const peer = new TestPeer('client')
  expect(peer.connection.canOpen).toBe(true)
  peer.send(settingsFrame([3, 1]))
  call(peer)
  expect(peer.connection.canOpen).toBe(false)

  peer.send(wordFrame(RST_STREAM, 1, 8))

  expect(peer.connection.canOpen).toBe(true)
})

test('drains in two steps: announces the end, then names the last stream, then finishes', () => {
  const peer = new TestPeer()
  peer.send(peer.headers(1))
  peer.connection.drain()
  const [announcement, ping] = peer.sent()
  expect(announcement?.payload.readUInt32BE(0)).toBe(2 ** 31 - 1)

  peer.send(peer.headers(3), frame(PING, Flag.ACK, 0, ping?.payload ?? ''))
  expect(peer.sentOf(GOAWAY).map((each) => each.payload.readUInt32BE(0))).toEqual([3])

  peer.send(peer.headers(5))
  expect(peer.resets()).toEqual(['5 REFUSED_STREAM'])

  for (const id of [1, 3]) peer.streams.get(id)?.sendHeaders([listOf(OK)], true)
  expect(peer.events.slice(-3)).toEqual(['closed', 'finished NO_ERROR', '3 ended'])
})
