import { expect, test } from 'vitest'
import { Flag, FrameType } from './frame.ts'
import { REQUEST, TestPeer, frame, wordFrame, type Pairs } from './test-peer.ts'

const { DATA, HEADERS, RST_STREAM, WINDOW_UPDATE, PRIORITY, PING } = FrameType
const END = Flag.END_HEADERS | Flag.END_STREAM

const cases: readonly (readonly [rule: string, code: string, frames: (peer: TestPeer) => Buffer[]])[] = [
  ['DATA after the end of the request', 'STREAM_CLOSED', (p) => [p.headers(1, REQUEST, END), frame(DATA, 0, 1, 'x')]],
  [
    'HEADERS after the end of the request',
    'STREAM_CLOSED',
    (p) => [p.headers(1, REQUEST, END), p.headers(1, REQUEST, END)],
  ],
  [
    'DATA after a reset of the peer',
    'STREAM_CLOSED',
    (p) => [p.headers(1), wordFrame(RST_STREAM, 1, 8), frame(DATA, 0, 1, 'x')],
  ],
  [
    'HEADERS after a reset of the peer',
    'STREAM_CLOSED',
    (p) => [p.headers(1), wordFrame(RST_STREAM, 1, 8), p.headers(1)],
  ],
  ['trailers that do not end the stream', 'PROTOCOL_ERROR', (p) => [p.headers(1), p.headers(1, [['x', 'y']])]],
  ['pseudo-headers in trailers', 'PROTOCOL_ERROR', (p) => [p.headers(1), p.headers(1, [[':path', '/a/b']], END)]],
  ['upper case in trailers', 'PROTOCOL_ERROR', (p) => [p.headers(1), p.headers(1, [['X-y', 'z']], END)]],
  [
    'trailers larger than allowed',
    'ENHANCE_YOUR_CALM',
    (p) => [
      p.headers(1),
      p.headers(
        1,
        [
          ['x', 'y'.repeat(15_900)],
          ['z', 'w'.repeat(500)],
        ],
        END,
      ),
    ],
  ],
  ['WINDOW_UPDATE of nothing', 'PROTOCOL_ERROR', (p) => [p.headers(1), wordFrame(WINDOW_UPDATE, 1, 0)]],
  [
    'WINDOW_UPDATE past 2^31 - 1',
    'FLOW_CONTROL_ERROR',
    (p) => [p.headers(1), wordFrame(WINDOW_UPDATE, 1, 2 ** 31 - 1)],
  ],
  [
    'HEADERS that depend on themselves',
    'PROTOCOL_ERROR',
    (p) => [frame(HEADERS, 0x24, 1, Buffer.concat([Buffer.from([0, 0, 0, 1, 0]), p.block(REQUEST)]))],
  ],
  [
    'PRIORITY that depends on itself',
    'PROTOCOL_ERROR',
    (p) => [p.headers(1), frame(PRIORITY, 0, 1, Buffer.from([0, 0, 0, 1, 0]))],
  ],
  [
    'less content than announced',
    'PROTOCOL_ERROR',
    (p) => [p.headers(1, [...REQUEST, ['content-length', '3']]), frame(DATA, 1, 1, 'ab')],
  ],
  [
    'less content than announced, then trailers',
    'PROTOCOL_ERROR',
    (p) => [p.headers(1, [...REQUEST, ['content-length', '3']]), p.headers(1, [['x', 'y']], END)],
  ],
  [
    'more content than announced',
    'PROTOCOL_ERROR',
    (p) => [p.headers(1, [...REQUEST, ['content-length', '1']]), frame(DATA, 0, 1, 'ab')],
  ],
  [
    'no content where some was announced',
    'PROTOCOL_ERROR',
    (p) => [p.headers(1, [...REQUEST, ['content-length', '1']], END)],
  ],
  [
    'more fields than allowed',
    'ENHANCE_YOUR_CALM',
    (p) => [p.headers(1, [...REQUEST, ...Array.from({ length: 125 }, () => ['a', 'b'] as const)])],
  ],
]

test.each(cases)('%s is a stream error %s', (_rule, code, frames) => {
  const peer = new TestPeer()

  peer.send(...frames(peer))

  expect(peer.resets()).toEqual([`1 ${code}`])
  peer.send(frame(PING, 0, 0, '12345678'))
  expect(peer.sentOf(PING)).toHaveLength(1)
})

const without = (name: string): Pairs => REQUEST.filter(([each]) => each !== name)
const malformed: readonly (readonly [what: string, fields: Pairs])[] = [
  ['without a method', without(':method')],
  ['without a scheme', without(':scheme')],
  ['without a path', without(':path')],
  ['with an empty path', [...without(':path'), [':path', '']]],
  ['with a path that does not start with a slash', [...without(':path'), [':path', 'svc/method']]],
  ['with a space in its path', [...without(':path'), [':path', '/svc/me thod']]],
  ['with a fragment in its path', [...without(':path'), [':path', '/svc/method#x']]],
  ['with a line break in its authority', [...without(':authority'), [':authority', 'a\r\nb']]],
  ['with two paths', [...REQUEST, [':path', '/a/b']]],
  ['with an unknown pseudo-header', [...REQUEST, [':protocol', 'x']]],
  ['with a response pseudo-header', [...REQUEST, [':status', '200']]],
  ['with a late pseudo-header', [...without(':path'), ['x', 'y'], [':path', '/a/b']]],
  ['with upper case', [...REQUEST, ['X-y', 'z']]],
  ['with an empty name', [...REQUEST, ['', 'z']]],
  ['with a space in a name', [...REQUEST, ['x y', 'z']]],
  ['with a colon in a name', [...REQUEST, ['x:y', 'z']]],
  ['with NUL in a value', [...REQUEST, ['x', 'a\0b']]],
  ['with a line break in a value', [...REQUEST, ['x', 'a\nb']]],
  ['with a value framed by spaces', [...REQUEST, ['x', ' a']]],
  ['with te other than trailers', [...REQUEST, ['te', 'gzip']]],
  ['with a host that differs', [...REQUEST, ['host', 'other']]],
  ['with two hosts', [...without(':authority'), ['host', 'a'], ['host', 'b']]],
  ['with a content-length that is no number', [...REQUEST, ['content-length', '1x']]],
  ['with two content-lengths', [...REQUEST, ['content-length', '1'], ['content-length', '2']]],
  ...['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'].map(
    (name) => [`with ${name}`, [...REQUEST, [name, 'x']]] as const,
  ),
]

test.each(malformed)('a request %s is reset and never opened', (_what, fields) => {
  const peer = new TestPeer()

  peer.send(peer.headers(1, fields), peer.headers(3))

  expect(peer.resets()).toEqual(['1 PROTOCOL_ERROR'])
  expect(peer.events).toEqual(['3 opened /svc/method'])
})

test('a request is accepted with host, te, cookies and bytes past ASCII in values', () => {
  const peer = new TestPeer()

  peer.send(
    peer.headers(1, [
      ...REQUEST,
      ['host', 'host'],
      ['te', 'trailers'],
      ['cookie', 'a'],
      ['cookie', 'b'],
      ['x', '\xff'],
    ]),
  )

  expect(peer.events).toEqual(['1 opened /svc/method'])
})

test('streams past the limit are refused, and the limit holds for open ones only', () => {
  const peer = new TestPeer('server', { maxConcurrentStreams: 2 })
  peer.send(peer.headers(1), peer.headers(3), peer.headers(5))
  expect(peer.resets()).toEqual(['5 REFUSED_STREAM'])

  peer.send(wordFrame(RST_STREAM, 1, 8), peer.headers(7))

  expect(peer.resets()).toEqual([])
  expect(peer.connection.streams).toBe(2)
})

test('what arrives for a stream that we reset is ignored', () => {
  const peer = new TestPeer()
  peer.send(peer.headers(1))
  peer.streams.get(1)?.reset(8)
  peer.sent()

  peer.send(
    frame(DATA, 0, 1, 'x'),
    wordFrame(WINDOW_UPDATE, 1, 1),
    peer.headers(1, [['x', 'y']], END),
    wordFrame(RST_STREAM, 1, 8),
  )

  expect(peer.sent()).toEqual([])
  expect(peer.events).toEqual(['1 opened /svc/method', 'closed'])
})

test('header blocks of reset streams keep the compression in step', () => {
  const peer = new TestPeer()
  const fields: Pairs = [...REQUEST, ['x-repeated', 'value']]
  peer.send(
    peer.headers(1, fields),
    peer.headers(3, [...fields, ['Bad', 'x']]),
    peer.headers(5, fields),
    peer.headers(7, fields),
  )

  expect(peer.resets()).toEqual(['3 PROTOCOL_ERROR'])
  expect(peer.events.filter((event) => event.includes('opened'))).toHaveLength(3)
})
