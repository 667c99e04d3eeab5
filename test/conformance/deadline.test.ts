import { Status, parseTimeoutMs, statusName } from '@spillway/call'
import {
  DEAF_LISTENER,
  ErrorCode,
  FrameType,
  errorCodeName,
  field,
  fieldList,
  type StreamListener,
} from '@spillway/http2'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { WAYS, type Way } from '../interop/through.ts'
import { RawClient, requestWith, valuesOf } from './raw-client.ts'
import { startScriptedServer, type ScriptedCall, type ScriptedServer } from './scripted-server.ts'

const OK = [fieldList([field(':status', '200'), field('content-type', 'application/grpc'), field('grpc-status', '0')])]
const HEAD = [fieldList([field(':status', '200'), field('content-type', 'application/grpc')])]

const MALFORMED = [
  '',
  'S',
  '1',
  '123456789S',
  '-1S',
  '+1S',
  '1.5S',
  '1e3m',
  '1s',
  '1 S',
  '1SS',
  '0x1S',
  '1h',
  '٣S',
  'S1',
]

/** What is longer is sent as the most that seconds can say: three years. */
const LONGEST_SENT_MS = 99_999_999_000

const WELL_FORMED = ['1H', '99999999H', '99999999M', '60S', '00000060S', '60000m', '60000000u', '99999999u']

describe.each(WAYS)('%s', (_way, through) => {
  let upstream: ScriptedServer
  let way: Way
  let client: RawClient
  let respond: (call: ScriptedCall) => StreamListener
  let calls: ScriptedCall[]
  beforeAll(async () => {
    upstream = await startScriptedServer((call) => {
      calls.push(call)
      return respond(call)
    })
    way = await through(upstream.address)
  })
  beforeEach(async () => {
    calls = []
    respond = ({ stream }) => {
      stream.sendHeaders(OK, true)
      return DEAF_LISTENER
    }
    client = await RawClient.connect(way.address)
  })
  afterEach(() => client.close())
  afterAll(async () => {
    await way.close()
    upstream.close()
  })

  async function statusOf(timeout: string | undefined): Promise<string[]> {
    client.headers(1, requestWith({ 'grpc-timeout': timeout }), true)
    return valuesOf(await client.rest(1), 'grpc-status').map((code) => statusName(Number(code)))
  }

  test.each(MALFORMED)('refuses the timeout %j with INTERNAL and sends nothing on', async (timeout) => {
    // Octets, as a header carries them.
    const octets = Buffer.from(timeout).toString('latin1')

    expect(await statusOf(octets)).toEqual(['INTERNAL'])
    expect(calls).toEqual([])
  })

  test.each([' 1S', '1S '])(
    'resets a request with the timeout %j: no field may be framed by blanks',
    async (timeout) => {
      client.headers(1, requestWith({ 'grpc-timeout': timeout }), true)

      const reset = await client.next(FrameType.RST_STREAM, 1)

      expect(errorCodeName(reset?.payload.readUInt32BE(0) ?? -1)).toBe('PROTOCOL_ERROR')
    },
  )

  test.each(WELL_FORMED)('forwards what is left of %s, and does not let it expire early', async (timeout) => {
    expect(await statusOf(timeout)).toEqual(['OK'])

    const forwarded = calls.map(({ head }) => head.fields.get('grpc-timeout'))
    const leftMs = parseTimeoutMs(forwarded[0] ?? '') ?? -1
    const allowedMs = Math.min(parseTimeoutMs(timeout) ?? -1, LONGEST_SENT_MS)
    expect(forwarded).toHaveLength(1)
    expect(leftMs).toBeLessThanOrEqual(allowedMs)
    // Eight digits may have to round by a ten-millionth part.
    expect(leftMs).toBeGreaterThan(allowedMs * (1 - 1e-6) - 5_000)
  })

  test('forwards no timeout when there was none', async () => {
    expect(await statusOf(undefined)).toEqual(['OK'])

    expect(calls.map(({ head }) => head.fields.get('grpc-timeout'))).toEqual([undefined])
  })

  test.each(['0S', '0n', '1n'])('answers %s with DEADLINE_EXCEEDED', async (timeout) => {
    respond = () => DEAF_LISTENER

    expect(await statusOf(timeout)).toEqual(['DEADLINE_EXCEEDED'])
  })

  test('on expiry resets the upstream with CANCEL and answers with a status of its own', async () => {
    const reset = Promise.withResolvers<number>()
    respond = () => ({ ...DEAF_LISTENER, reset: reset.resolve })
    client.headers(1, requestWith({ 'grpc-timeout': '50m' }), true)

    const frames = await client.rest(1)

    expect(valuesOf(frames, 'grpc-status')).toEqual([String(Status.DEADLINE_EXCEEDED)])
    expect(valuesOf(frames, 'spillway-origin')).toHaveLength(1)
    expect(await reset.promise).toBe(ErrorCode.CANCEL)
  })

  test('on expiry inside an answer ends it with trailers', async () => {
    respond = ({ stream }) => {
      stream.sendHeaders(HEAD, false)
      stream.sendData(Buffer.alloc(5), 0, 5, false)
      return DEAF_LISTENER
    }

    expect(await statusOf('50m')).toEqual(['DEADLINE_EXCEEDED'])
  })

  test('on expiry does not wait for a caller that reads nothing', async () => {
    const size = 1_000_000
    respond = ({ stream }) => {
      stream.sendHeaders(HEAD, false)
      stream.sendData(Buffer.alloc(size), 0, size, false)
      return DEAF_LISTENER
    }

    expect(await statusOf('50m')).toEqual(['DEADLINE_EXCEEDED'])
  })

  test('an answer that is complete but not yet read keeps its own status or ends at the deadline, once', async () => {
    const size = 100_000
    respond = ({ stream }) => {
      stream.sendHeaders(HEAD, false)
      stream.sendData(Buffer.alloc(size), 0, size, false)
      stream.sendTrailers([fieldList([field('grpc-status', '0')])])
      return DEAF_LISTENER
    }

    const statuses = await statusOf('50m')

    expect(statuses).toHaveLength(1)
    expect(['OK', 'DEADLINE_EXCEEDED']).toContain(statuses[0])
    client.send(Buffer.alloc(0))
    expect(client.isClosed).toBe(false)
  })
})
