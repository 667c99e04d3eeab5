import { statusName, type Status } from '@spillway/call'
import { DEAF_LISTENER, ErrorCode, FrameType, field, fieldList, type FieldList } from '@spillway/http2'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { WAYS, type Way } from '../interop/through.ts'
import { GOOD_REQUEST, RawClient, valuesOf, type Frame, type Pairs } from './raw-client.ts'
import { atEnd, startScriptedServer, type ScriptedCall, type ScriptedServer } from './scripted-server.ts'

const EMPTY_MESSAGE = Buffer.alloc(5)

/** gRPC, doc/http-grpc-status-mapping.md. */
const HTTP_STATUSES: readonly (readonly [http: string, status: keyof typeof Status])[] = [
  ['400', 'INTERNAL'],
  ['401', 'UNAUTHENTICATED'],
  ['403', 'PERMISSION_DENIED'],
  ['404', 'UNIMPLEMENTED'],
  ['429', 'UNAVAILABLE'],
  ['502', 'UNAVAILABLE'],
  ['503', 'UNAVAILABLE'],
  ['504', 'UNAVAILABLE'],
  ['200', 'UNKNOWN'],
  ['302', 'UNKNOWN'],
  ['418', 'UNKNOWN'],
  ['500', 'UNKNOWN'],
]

/** gRPC over HTTP/2, "HTTP2 Transport Mapping": errors. */
const RESET_STATUSES: readonly (readonly [code: keyof typeof ErrorCode, status: keyof typeof Status])[] = [
  ['NO_ERROR', 'INTERNAL'],
  ['PROTOCOL_ERROR', 'INTERNAL'],
  ['INTERNAL_ERROR', 'INTERNAL'],
  ['FLOW_CONTROL_ERROR', 'INTERNAL'],
  ['SETTINGS_TIMEOUT', 'INTERNAL'],
  ['STREAM_CLOSED', 'INTERNAL'],
  ['FRAME_SIZE_ERROR', 'INTERNAL'],
  ['REFUSED_STREAM', 'UNAVAILABLE'],
  ['CANCEL', 'CANCELLED'],
  ['COMPRESSION_ERROR', 'INTERNAL'],
  ['CONNECT_ERROR', 'INTERNAL'],
  ['ENHANCE_YOUR_CALM', 'RESOURCE_EXHAUSTED'],
  ['INADEQUATE_SECURITY', 'PERMISSION_DENIED'],
  ['HTTP_1_1_REQUIRED', 'INTERNAL'],
]

function listOf(...pairs: Pairs): FieldList {
  return fieldList(pairs.map(([name, value]) => field(name, value)))
}

const GRPC_HEAD = [listOf([':status', '200'], ['content-type', 'application/grpc'])]

describe.each(WAYS)('%s', (_way, through) => {
  let upstream: ScriptedServer
  let way: Way
  let client: RawClient
  let respond: (call: ScriptedCall) => void
  beforeAll(async () => {
    upstream = await startScriptedServer((call) => {
      if (!call.endsStream) return atEnd(call.stream, () => respond(call))
      respond(call)
      return DEAF_LISTENER
    })
    way = await through(upstream.address)
  })
  beforeEach(async () => {
    client = await RawClient.connect(way.address)
  })
  afterEach(() => client.close())
  afterAll(async () => {
    await way.close()
    upstream.close()
  })

  /** What a caller gets when the upstream answers like that. */
  async function answerTo(script: (call: ScriptedCall) => void): Promise<Frame[]> {
    respond = script
    client.headers(1, GOOD_REQUEST, false)
    client.data(1, EMPTY_MESSAGE, true)
    return client.rest(1)
  }

  function statusOf(frames: readonly Frame[]): string[] {
    return valuesOf(frames, 'grpc-status').map((code) => statusName(Number(code)))
  }

  test.each(HTTP_STATUSES)('HTTP %s without a gRPC status is %s', async (http, status) => {
    const frames = await answerTo(({ stream }) => {
      stream.sendHeaders([listOf([':status', http], ['content-type', 'text/html'])], false)
      stream.sendData(Buffer.from('<html>'), 0, 6, true)
    })

    expect(statusOf(frames)).toEqual([status])
    expect(valuesOf(frames, ':status')).toEqual(['200'])
    expect(valuesOf(frames, 'content-type')).toEqual(['application/grpc'])
    expect(valuesOf(frames, 'spillway-origin')).toHaveLength(1)
    expect(frames.map((each) => each.type)).toEqual([FrameType.HEADERS])
  })

  test.each(['400', '404', '503'])('HTTP %s with a gRPC status keeps that status', async (http) => {
    const frames = await answerTo(({ stream }) =>
      stream.sendHeaders([listOf([':status', http], ['content-type', 'application/grpc'], ['grpc-status', '7'])], true),
    )

    expect(statusOf(frames)).toEqual(['PERMISSION_DENIED'])
    expect(valuesOf(frames, 'spillway-origin')).toEqual([])
  })

  test.each(RESET_STATUSES)('a reset with %s before the answer is %s', async (code, status) => {
    const frames = await answerTo(({ stream }) => stream.reset(ErrorCode[code]))

    expect(statusOf(frames)).toEqual([status])
    expect(frames.map((each) => each.type)).toEqual([FrameType.HEADERS])
  })

  test.each(RESET_STATUSES)('a reset with %s inside the answer is %s', async (code, status) => {
    const frames = await answerTo(({ stream }) => {
      stream.sendHeaders(GRPC_HEAD, false)
      stream.sendData(EMPTY_MESSAGE, 0, EMPTY_MESSAGE.length, false)
      stream.reset(ErrorCode[code])
    })

    expect(statusOf(frames)).toEqual([status])
    expect(valuesOf(frames, 'spillway-origin')).toHaveLength(1)
  })

  test('a lost connection is UNAVAILABLE', async () => {
    const frames = await answerTo(({ socket }) => socket.destroy())

    expect(statusOf(frames)).toEqual(['UNAVAILABLE'])
  })

  test('a lost connection inside the answer is UNAVAILABLE', async () => {
    const frames = await answerTo(({ stream, socket }) => {
      stream.sendHeaders(GRPC_HEAD, false)
      setTimeout(() => socket.destroy(), 20)
    })

    expect(statusOf(frames)).toEqual(['UNAVAILABLE'])
  })

  test('an answer that ends without a status is UNKNOWN', async () => {
    const frames = await answerTo(({ stream }) => {
      stream.sendHeaders(GRPC_HEAD, false)
      stream.sendData(EMPTY_MESSAGE, 0, EMPTY_MESSAGE.length, true)
    })

    expect(statusOf(frames)).toEqual(['UNKNOWN'])
    expect(frames.filter((each) => each.type === FrameType.DATA).map((each) => each.payload)).toEqual([EMPTY_MESSAGE])
  })

  test('an answer that breaks HTTP/2 is INTERNAL', async () => {
    const frames = await answerTo(({ stream }) => stream.sendHeaders([listOf(['X-Upper', 'case'])], true))

    expect(statusOf(frames)).toEqual(['INTERNAL'])
  })

  test('a stream that was refused is tried again', async () => {
    let tries = 0
    const frames = await answerTo(({ stream }) => {
      if (++tries === 1) stream.reset(ErrorCode.REFUSED_STREAM)
      else
        stream.sendHeaders(
          [listOf([':status', '200'], ['content-type', 'application/grpc'], ['grpc-status', '0'])],
          true,
        )
    })

    expect(statusOf(frames)).toEqual(['OK'])
    expect(tries).toBe(2)
  })

  test('a stream that was reset for another reason is not tried again', async () => {
    let tries = 0
    await answerTo(({ stream }) => {
      tries++
      stream.reset(ErrorCode.INTERNAL_ERROR)
    })

    expect(tries).toBe(1)
  })
})
