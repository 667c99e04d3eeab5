import { DEAF_LISTENER, ErrorCode, Flag, FrameType, errorCodeName } from '@spillway/http2'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { WAYS, type Way } from '../interop/through.ts'
import { RawClient, endsStream, frame, requestWith, valuesOf, wordFrame, type Pairs } from './raw-client.ts'
import { startScriptedServer, type ScriptedServer } from './scripted-server.ts'

const { CONTINUATION, DATA, GOAWAY, HEADERS, PING, PRIORITY, PUSH_PROMISE, RST_STREAM, SETTINGS, WINDOW_UPDATE } =
  FrameType

const MALFORMED_HEADERS: readonly (readonly [what: string, request: Pairs])[] = [
  ['no :method', requestWith({ ':method': undefined })],
  ['no :scheme', requestWith({ ':scheme': undefined })],
  ['no :path', requestWith({ ':path': undefined })],
  ['an empty :path', requestWith({ ':path': '' })],
  ['a second :path', [[':path', '/a.B/D'], ...requestWith({})]],
  ['an unknown pseudo-header', [[':protocol', 'x'], ...requestWith({})]],
  ['a pseudo-header of responses', [[':status', '200'], ...requestWith({})]],
  ['a late pseudo-header', [...requestWith({ ':path': undefined }), [':path', '/a.B/C']]],
  ['a method other than POST', requestWith({ ':method': 'GET' })],
  ['a path of one segment', requestWith({ ':path': '/a.B' })],
  ['a path of three segments', requestWith({ ':path': '/a/B/C' })],
  ['a path with an empty service', requestWith({ ':path': '//C' })],
  ['a path with an empty method', requestWith({ ':path': '/a.B/' })],
  ['a path without a slash', requestWith({ ':path': 'a.B/C' })],
  ['a path with a blank', requestWith({ ':path': '/a.B/C D' })],
  ['a path with a fragment', requestWith({ ':path': '/a.B/C#d' })],
  ['a path with a query', requestWith({ ':path': '/a.B/C?d' })],
  ['the path of OPTIONS', requestWith({ ':path': '*' })],
  ['an upper-case name', requestWith({ 'X-Name': 'x' })],
  ['a name with a blank', requestWith({ 'x name': 'x' })],
  ['an empty name', requestWith({ '': 'x' })],
  ['a value with NUL', requestWith({ 'x-name': 'a\0b' })],
  ['a value with CR', requestWith({ 'x-name': 'a\rb' })],
  ['a value with LF', requestWith({ 'x-name': 'a\nb' })],
  ['a connection field', requestWith({ connection: 'close' })],
  ['transfer-encoding', requestWith({ 'transfer-encoding': 'chunked' })],
  ['upgrade', requestWith({ upgrade: 'h2c' })],
  ['te other than trailers', requestWith({ te: 'gzip' })],
  ['a host that differs from :authority', requestWith({ host: 'other' })],
  ['a content-length that is no number', requestWith({ 'content-length': '1x' })],
  ['a content-length of a request without a body', requestWith({ 'content-length': '5' })],
]

const CONNECTION_ERRORS: readonly (readonly [code: keyof typeof ErrorCode, what: string, frames: Buffer])[] = [
  ['COMPRESSION_ERROR', 'a header block that is no HPACK', frame(HEADERS, Flag.END_HEADERS, 1, Buffer.from([0x80]))],
  ['PROTOCOL_ERROR', 'HEADERS on stream 0', frame(HEADERS, Flag.END_HEADERS, 0)],
  ['PROTOCOL_ERROR', 'HEADERS on a stream with an even number', frame(HEADERS, Flag.END_HEADERS, 2)],
  ['PROTOCOL_ERROR', 'DATA on stream 0', frame(DATA, Flag.NONE, 0, 'x')],
  ['PROTOCOL_ERROR', 'DATA on an idle stream', frame(DATA, Flag.NONE, 1, 'x')],
  ['PROTOCOL_ERROR', 'padding longer than its frame', frame(DATA, Flag.PADDED, 1, Buffer.from([9, 1]))],
  ['PROTOCOL_ERROR', 'RST_STREAM on an idle stream', wordFrame(RST_STREAM, 1, 8)],
  ['FRAME_SIZE_ERROR', 'RST_STREAM of a wrong size', frame(RST_STREAM, Flag.NONE, 1, 'xxx')],
  ['PROTOCOL_ERROR', 'WINDOW_UPDATE on an idle stream', wordFrame(WINDOW_UPDATE, 1, 8)],
  ['PROTOCOL_ERROR', 'WINDOW_UPDATE of nothing for the connection', wordFrame(WINDOW_UPDATE, 0, 0)],
  ['FLOW_CONTROL_ERROR', 'a connection window that overflows', wordFrame(WINDOW_UPDATE, 0, 2 ** 31 - 1)],
  ['PROTOCOL_ERROR', 'SETTINGS on a stream', frame(SETTINGS, Flag.NONE, 1)],
  ['FRAME_SIZE_ERROR', 'SETTINGS of a wrong size', frame(SETTINGS, Flag.NONE, 0, 'xxx')],
  ['FRAME_SIZE_ERROR', 'an acknowledgement with a payload', frame(SETTINGS, Flag.ACK, 0, 'xxxxxx')],
  ['FRAME_SIZE_ERROR', 'PING of a wrong size', frame(PING, Flag.NONE, 0, 'xxx')],
  ['PROTOCOL_ERROR', 'PING on a stream', frame(PING, Flag.NONE, 1, 'xxxxxxxx')],
  ['PROTOCOL_ERROR', 'PRIORITY on stream 0', frame(PRIORITY, Flag.NONE, 0, 'xxxxx')],
  ['PROTOCOL_ERROR', 'GOAWAY on a stream', frame(GOAWAY, Flag.NONE, 1, 'xxxxxxxx')],
  ['PROTOCOL_ERROR', 'PUSH_PROMISE from a client', frame(PUSH_PROMISE, Flag.END_HEADERS, 1, 'xxxx')],
  ['PROTOCOL_ERROR', 'CONTINUATION of nothing', frame(CONTINUATION, Flag.END_HEADERS, 1)],
  [
    'PROTOCOL_ERROR',
    'a frame inside a header block',
    Buffer.concat([frame(HEADERS, Flag.NONE, 1), frame(PING, Flag.NONE, 0, 'xxxxxxxx')]),
  ],
  ['FRAME_SIZE_ERROR', 'a frame beyond the size allowed', frame(DATA, Flag.NONE, 1, Buffer.alloc(20_000))],
]

describe.each(WAYS)('%s', (_way, through) => {
  let upstream: ScriptedServer
  let way: Way
  let client: RawClient
  let reached: string[] = []
  beforeAll(async () => {
    upstream = await startScriptedServer(({ head }) => {
      reached.push(head.path)
      return DEAF_LISTENER
    })
    way = await through(upstream.address)
  })
  beforeEach(async () => {
    reached = []
    client = await RawClient.connect(way.address)
  })
  afterEach(() => client.close())
  afterAll(async () => {
    await way.close()
    upstream.close()
  })

  /** Waits until what was sent before has been read. */
  async function settled(): Promise<void> {
    client.send(frame(PING, Flag.NONE, 0, 'settled?'))
    await client.next(PING, 0)
  }

  test.each(MALFORMED_HEADERS)('resets a request with %s', async (_what, request) => {
    client.headers(1, request, true)

    const reset = await client.next(RST_STREAM, 1)

    expect(errorCodeName(reset?.payload.readUInt32BE(0) ?? -1)).toBe('PROTOCOL_ERROR')
    await settled()
    expect(reached).toEqual([])
  })

  test.each([undefined, 'application/json', 'application/grpc-web', 'application/grpcx', ''])(
    'answers HTTP 415 to the content type %j',
    async (contentType) => {
      client.headers(1, requestWith({ 'content-type': contentType }), true)

      const frames = await client.rest(1)

      expect(valuesOf(frames, ':status')).toEqual(['415'])
      expect(reached).toEqual([])
    },
  )

  test.each(['application/grpc', 'application/grpc+proto', 'application/grpc+json', 'application/grpc;charset=utf-8'])(
    'relays the content type %s',
    async (contentType) => {
      client.headers(1, requestWith({ 'content-type': contentType, ':path': '/a.B/Known' }), true)
      await settled()
      await expect.poll(() => reached).toContain('/a.B/Known')
    },
  )

  test('resets a request whose body is longer than announced', async () => {
    client.headers(1, requestWith({ 'content-length': '5' }), false)
    client.data(1, '123456', true)

    const reset = await client.next(RST_STREAM, 1)

    expect(reset?.payload.readUInt32BE(0)).toBe(ErrorCode.PROTOCOL_ERROR)
  })

  test('resets a request whose body is shorter than announced', async () => {
    client.headers(1, requestWith({ 'content-length': '5' }), false)
    client.data(1, '1234', true)

    const reset = await client.next(RST_STREAM, 1)

    expect(reset?.payload.readUInt32BE(0)).toBe(ErrorCode.PROTOCOL_ERROR)
  })

  test('resets a request with a pseudo-header in its trailers', async () => {
    client.headers(1, requestWith({}), false)
    client.headers(1, [[':path', '/a.B/D']], true)

    const reset = await client.next(RST_STREAM, 1)

    expect(reset?.payload.readUInt32BE(0)).toBe(ErrorCode.PROTOCOL_ERROR)
  })

  test('resets a stream whose headers come in two halves that both claim to be first', async () => {
    client.headers(1, requestWith({}), false)
    client.headers(1, requestWith({}), false)

    const reset = await client.next(RST_STREAM, 1)

    expect(reset?.payload.readUInt32BE(0)).toBe(ErrorCode.PROTOCOL_ERROR)
  })

  test('serves the next request of a connection that sent a malformed one', async () => {
    client.headers(1, requestWith({ ':path': 'x' }), true)
    client.headers(3, requestWith({ ':path': '/a.B/Next' }), true)

    await client.next(RST_STREAM, 1)

    await expect.poll(() => reached).toContain('/a.B/Next')
  })

  test.each(CONNECTION_ERRORS)('ends the connection with %s for %s', async (code, _what, frames) => {
    await client.next(SETTINGS, 0)
    client.send(frames)

    const goAway = await client.next(GOAWAY, 0)

    expect(errorCodeName(goAway?.payload.readUInt32BE(4) ?? -1)).toBe(code)
    await client.closed()
    expect(reached).toEqual([])
  })

  test('ends a connection that does not begin with the preface', async () => {
    const stranger = await RawClient.connect(way.address, Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n'))

    await stranger.closed()
  })

  test('a header block beyond all bounds costs the connection, not the process', async () => {
    client.send(frame(HEADERS, Flag.NONE, 1, client.block(requestWith({}))))
    for (let more = 0; more < 20; more++) client.send(frame(CONTINUATION, Flag.NONE, 1, Buffer.alloc(16_000)))

    const goAway = await client.next(GOAWAY, 0)

    expect(goAway === undefined || goAway.payload.readUInt32BE(4) === ErrorCode.ENHANCE_YOUR_CALM).toBe(true)
    await client.closed()
  })

  test('a list of fields beyond the bounds is refused on its stream alone', async () => {
    const many = Array.from({ length: 200 }, (_none, index) => [`x-${index}`, 'x'] as const)
    client.headers(1, [...requestWith({}), ...many], true)
    client.headers(3, requestWith({ ':path': '/a.B/Next' }), true)

    const end = (await client.rest(1)).find(endsStream)

    expect(end?.type).toBe(RST_STREAM)
    expect(end?.payload.readUInt32BE(0)).toBe(ErrorCode.ENHANCE_YOUR_CALM)
    await expect.poll(() => reached).toContain('/a.B/Next')
  })
})
