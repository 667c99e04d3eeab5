import { expect, test } from 'vitest'
import { Flag, FrameType } from './frame.ts'
import { TestPeer, frame, settingsFrame, wordFrame } from './test-peer.ts'

const { DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION } =
  FrameType
const END = Flag.END_HEADERS | Flag.END_STREAM

const cases: readonly (readonly [rule: string, code: string, frames: (peer: TestPeer) => Buffer[]])[] = [
  ['DATA on stream 0', 'PROTOCOL_ERROR', () => [frame(DATA, 0, 0, 'x')]],
  ['DATA on an idle stream', 'PROTOCOL_ERROR', () => [frame(DATA, 0, 1, 'x')]],
  [
    'DATA padded by more than it holds',
    'PROTOCOL_ERROR',
    (p) => [p.headers(1), frame(DATA, Flag.PADDED, 1, '\x05abc')],
  ],
  ['padded DATA without a pad length', 'FRAME_SIZE_ERROR', (p) => [p.headers(1), frame(DATA, Flag.PADDED, 1)]],
  ['HEADERS on stream 0', 'PROTOCOL_ERROR', (p) => [p.headers(0)]],
  ['HEADERS on an even stream', 'PROTOCOL_ERROR', (p) => [p.headers(2)]],
  ['HEADERS on a lower, unused stream', 'PROTOCOL_ERROR', (p) => [p.headers(5), p.headers(3)]],
  ['HEADERS padded by more than it holds', 'PROTOCOL_ERROR', () => [frame(HEADERS, 0xc, 1, '\x09ab')]],
  ['padded HEADERS without a pad length', 'FRAME_SIZE_ERROR', () => [frame(HEADERS, 0xc, 1)]],
  ['HEADERS without room for its priority', 'FRAME_SIZE_ERROR', () => [frame(HEADERS, 0x24, 1, 'abc')]],
  ['a header block that is not HPACK', 'COMPRESSION_ERROR', () => [frame(HEADERS, 0x4, 1, Buffer.from([0xff, 0xff]))]],
  [
    'another frame in a header block',
    'PROTOCOL_ERROR',
    (p) => [p.headers(1, undefined, 0), frame(PING, 0, 0, '12345678')],
  ],
  ['DATA in a header block', 'PROTOCOL_ERROR', (p) => [p.headers(1, undefined, 0), frame(DATA, 0, 1, 'x')]],
  ['an unknown frame in a header block', 'PROTOCOL_ERROR', (p) => [p.headers(1, undefined, 0), frame(0xf0, 0, 1, 'x')]],
  ['CONTINUATION of another stream', 'PROTOCOL_ERROR', (p) => [p.headers(1, undefined, 0), frame(CONTINUATION, 4, 3)]],
  ['CONTINUATION of nothing', 'PROTOCOL_ERROR', () => [frame(CONTINUATION, 4, 1)]],
  ['CONTINUATION of a complete block', 'PROTOCOL_ERROR', (p) => [p.headers(1), frame(CONTINUATION, 4, 1)]],
  [
    'more CONTINUATIONs than allowed',
    'ENHANCE_YOUR_CALM',
    (p) => [p.headers(1, undefined, 0), ...Array.from({ length: 9 }, () => frame(CONTINUATION, 0, 1))],
  ],
  [
    'a header block longer than allowed',
    'ENHANCE_YOUR_CALM',
    () => [
      frame(HEADERS, 0, 1, Buffer.alloc(16_384)),
      ...Array.from({ length: 4 }, () => frame(CONTINUATION, 0, 1, Buffer.alloc(16_384))),
    ],
  ],
  ['PRIORITY on stream 0', 'PROTOCOL_ERROR', () => [frame(PRIORITY, 0, 0, 'abcde')]],
  ['PRIORITY of the wrong size', 'FRAME_SIZE_ERROR', () => [frame(PRIORITY, 0, 1, 'abcd')]],
  ['RST_STREAM on stream 0', 'PROTOCOL_ERROR', () => [wordFrame(RST_STREAM, 0, 8)]],
  ['RST_STREAM on an idle stream', 'PROTOCOL_ERROR', () => [wordFrame(RST_STREAM, 1, 8)]],
  ['RST_STREAM of the wrong size', 'FRAME_SIZE_ERROR', (p) => [p.headers(1), frame(RST_STREAM, 0, 1, 'abc')]],
  ['SETTINGS on a stream', 'PROTOCOL_ERROR', () => [frame(SETTINGS, 0, 1)]],
  ['SETTINGS of a broken size', 'FRAME_SIZE_ERROR', () => [frame(SETTINGS, 0, 0, 'abcd')]],
  ['a SETTINGS acknowledgement with content', 'FRAME_SIZE_ERROR', () => [frame(SETTINGS, Flag.ACK, 0, 'abcdef')]],
  ['ENABLE_PUSH of 2', 'PROTOCOL_ERROR', () => [settingsFrame([2, 2])]],
  ['INITIAL_WINDOW_SIZE past 2^31 - 1', 'FLOW_CONTROL_ERROR', () => [settingsFrame([4, 2 ** 31])]],
  ['MAX_FRAME_SIZE below 16,384', 'PROTOCOL_ERROR', () => [settingsFrame([5, 16_383])]],
  ['MAX_FRAME_SIZE past 2^24 - 1', 'PROTOCOL_ERROR', () => [settingsFrame([5, 2 ** 24])]],
  ['PUSH_PROMISE', 'PROTOCOL_ERROR', (p) => [p.headers(1), frame(PUSH_PROMISE, 4, 1, 'abcd')]],
  ['PING on a stream', 'PROTOCOL_ERROR', () => [frame(PING, 0, 1, '12345678')]],
  ['PING of the wrong size', 'FRAME_SIZE_ERROR', () => [frame(PING, 0, 0, '1234567')]],
  ['GOAWAY on a stream', 'PROTOCOL_ERROR', () => [frame(GOAWAY, 0, 1, '12345678')]],
  ['GOAWAY that is too short', 'FRAME_SIZE_ERROR', () => [frame(GOAWAY, 0, 0, '1234567')]],
  ['WINDOW_UPDATE of nothing on the connection', 'PROTOCOL_ERROR', () => [wordFrame(WINDOW_UPDATE, 0, 0)]],
  ['WINDOW_UPDATE past 2^31 - 1', 'FLOW_CONTROL_ERROR', () => [wordFrame(WINDOW_UPDATE, 0, 2 ** 31 - 1)]],
  ['WINDOW_UPDATE on an idle stream', 'PROTOCOL_ERROR', () => [wordFrame(WINDOW_UPDATE, 1, 1)]],
  ['WINDOW_UPDATE of the wrong size', 'FRAME_SIZE_ERROR', () => [frame(WINDOW_UPDATE, 0, 0, 'abc')]],
  ['a frame larger than allowed', 'FRAME_SIZE_ERROR', (p) => [p.headers(1), frame(DATA, 0, 1, Buffer.alloc(16_385))]],
  [
    'an initial window that overflows a stream',
    'FLOW_CONTROL_ERROR',
    (p) => [p.headers(1), wordFrame(WINDOW_UPDATE, 1, 2 ** 31 - 1 - 65_535), settingsFrame([4, 65_536])],
  ],
]

test.each(cases)('%s is a connection error %s', (_rule, code, frames) => {
  const peer = new TestPeer()

  peer.send(...frames(peer))

  expect(peer.connectionError()).toBe(code)
  expect(peer.events.at(-1)).toBe(`finished ${code}`)
})

test('HEADERS on a stream that ended both ways is a connection error STREAM_CLOSED', () => {
  const peer = new TestPeer()
  peer.send(peer.headers(1, undefined, END))
  peer.streams.get(1)?.sendTrailers([])
  peer.sent()

  peer.send(peer.headers(1, undefined, END))

  expect(peer.connectionError()).toBe('STREAM_CLOSED')
})

test('anything but the preface is a connection error', () => {
  const peer = new TestPeer('server', {}, false)

  peer.connection.receive(Buffer.from('GET / HTTP/1.1\r\n'))

  expect(peer.connectionError()).toBe('PROTOCOL_ERROR')
})

test.each([
  ['a PING', frame(PING, 0, 0, '12345678')],
  ['an acknowledgement', frame(SETTINGS, Flag.ACK, 0)],
])('%s before SETTINGS is a connection error', (_what, first) => {
  const peer = new TestPeer('client', {}, false)

  peer.send(first)

  expect(peer.connectionError()).toBe('PROTOCOL_ERROR')
})

test.each([
  ['asks', () => frame(PING, 0, 0, '12345678')],
  ['makes us reset streams', (peer: TestPeer, round: number) => peer.headers(2 * round + 1, [['bad', 'request']])],
])('a peer that %s and never reads the replies is cut off', (_how, next) => {
  const peer = new TestPeer('server', { maxOutputBytes: 10_000 })

  for (let round = 0; round < 1_000; round++) peer.send(next(peer, round))

  expect(peer.events.at(-1)).toBe('finished ENHANCE_YOUR_CALM')
  expect(peer.connection.output.pendingBytes).toBeLessThan(10_200)
})

test('nothing is read after a connection error', () => {
  const peer = new TestPeer()
  peer.send(frame(DATA, 0, 0, 'x'))
  peer.sent()
  const events = peer.events.length

  peer.send(peer.headers(1), frame(PING, 0, 0, '12345678'))

  expect(peer.sent()).toEqual([])
  expect(peer.events).toHaveLength(events)
})

test('every open stream hears of a connection error', () => {
  const peer = new TestPeer()
  peer.send(peer.headers(1), peer.headers(3))

  peer.send(frame(DATA, 0, 0, 'x'))

  expect(peer.events).toContain('1 reset PROTOCOL_ERROR by connection')
  expect(peer.events).toContain('3 reset PROTOCOL_ERROR by connection')
})
