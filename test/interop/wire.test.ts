import {
  DEAF_LISTENER,
  ErrorCode,
  Flag,
  FrameType,
  errorCodeName,
  field,
  fieldList,
  type Field,
  type FieldList,
  type StreamListener,
} from '@spillway/http2'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  RawClient,
  frame,
  requestWith,
  valuesOf,
  wordFrame,
  type Frame,
  type Pairs,
} from '../conformance/raw-client.ts'
import { atEnd, startScriptedServer, type ScriptedCall, type ScriptedServer } from '../conformance/scripted-server.ts'
import { WAYS, isAdded, type Way } from './through.ts'

const { DATA, HEADERS, RST_STREAM, SETTINGS, WINDOW_UPDATE } = FrameType

const HEAD: Pairs = [
  [':status', '200'],
  ['content-type', 'application/grpc'],
]
const TRAILERS: Pairs = [['grpc-status', '0']]
const SETTINGS_INITIAL_WINDOW_SIZE = 4

/** Metadata with everything that must not be touched: order, what repeats, blanks inside, octets beyond ASCII, `-bin`. */
const METADATA: Pairs = [
  ['x-second', '2'],
  ['x-first', '1'],
  ['x-second', '2'],
  ['x-second', 'a, b,c'],
  ['x-empty', ''],
  ['x-octets', '\u0080\u00ff'],
  ['x-some-bin', 'AAEC'],
  ['x-some-bin', 'AAECAw=='],
  ['x-some-bin', 'AAEC,AAECAw'],
  ['grpc-tags-bin', 'AAAA'],
  ['grpc-encoding', 'snappy'],
  ['grpc-accept-encoding', 'snappy, identity'],
  ['user-agent', 'some-agent/1.0 (with comment)'],
]

function listOf(pairs: Pairs): FieldList {
  return fieldList(pairs.map(([name, value]) => field(name, value)))
}

/** What came, less what a sidecar adds. */
function pairsOf(fields: readonly Field[]): Pairs {
  return fields.filter(({ name }) => !isAdded(name)).map(({ name, value }) => [name, value])
}

/** A gRPC message with a flag of its prefix. */
function message(text: string, flag = 0): Buffer {
  const head = Buffer.alloc(5)
  head[0] = flag
  head.writeUInt32BE(text.length, 1)
  return Buffer.concat([head, Buffer.from(text)])
}

function bodyOf(frames: readonly Frame[]): Buffer {
  return Buffer.concat(frames.filter((each) => each.type === DATA).map((each) => each.payload))
}

describe.each(WAYS)('%s', (_way, through) => {
  let upstream: ScriptedServer
  let way: Way
  let client: RawClient
  let respond: (call: ScriptedCall) => StreamListener
  beforeAll(async () => {
    upstream = await startScriptedServer((call) => respond(call))
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

  /** Has the upstream collect the next request, and answer it with what `answer` does at its end. */
  function collect(answer: (call: ScriptedCall, body: Buffer) => void): Promise<ScriptedCall & { body: Buffer }> {
    return new Promise((resolve) => {
      respond = (call) => {
        const parts: Buffer[] = []
        const ended = (): void => {
          const body = Buffer.concat(parts)
          resolve({ ...call, body })
          answer(call, body)
        }
        if (call.endsStream) ended()
        return {
          ...DEAF_LISTENER,
          data: (bytes, start, end, endsStream) => {
            parts.push(Buffer.from(bytes.subarray(start, end)))
            call.stream.credit(end - start)
            if (endsStream) ended()
          },
          trailers: ended,
        }
      }
    })
  }

  function answerOk({ stream }: ScriptedCall): void {
    stream.sendHeaders([listOf(HEAD)], false)
    stream.sendTrailers([listOf(TRAILERS)])
  }

  test('metadata of a request arrives octet for octet, in order, with what repeats', async () => {
    const request = [...requestWith({}), ...METADATA]
    const seen = collect(answerOk)

    for (const id of [1, 3, 5]) {
      client.headers(id, request, true)
      await client.rest(id)
    }

    expect(pairsOf((await seen).head.fields.fields)).toEqual(request)
  })

  test('metadata of an answer arrives octet for octet, in order, with what repeats', async () => {
    const head = [...HEAD, ...METADATA]
    const trailers = [...METADATA, ['grpc-message', 'a%20b %'], ...TRAILERS] as const
    void collect(({ stream }) => {
      stream.sendHeaders([listOf(head)], false)
      stream.sendData(message('x'), 0, 6, false)
      stream.sendTrailers([listOf(trailers)])
    })

    client.headers(1, requestWith({}), true)
    const frames = await client.rest(1)

    const blocks = frames.filter((each) => each.type === HEADERS).map((each) => pairsOf(each.fields))
    expect(blocks).toEqual([head, trailers])
  })

  test('never-indexed fields stay so, both ways and when they repeat', async () => {
    const secret = (fields: readonly Field[]): string[] =>
      fields.filter((each) => each.isNeverIndexed).map((each) => each.name)
    for (const id of [1, 3, 5]) {
      const seen = collect(({ stream }) => {
        stream.sendHeaders([listOf(HEAD)], false)
        stream.sendTrailers([fieldList([field('grpc-status', '0'), field('x-token', 'secret', true)])])
      })
      client.headers(id, [...requestWith({}), ['authorization', 'secret'], ['x-open', '1']], true, ['authorization'])
      const frames = await client.rest(id)

      expect(secret((await seen).head.fields.fields)).toEqual(['authorization'])
      expect(secret(frames.flatMap((each) => each.fields))).toEqual(['x-token'])
    }
  })

  test('compressed messages pass untouched, whatever the compression is', async () => {
    const request = Buffer.concat([message('not really snappy', 1), message('plain', 0)])
    const reply = message('\u0000\u0001\u0002 neither is this', 1)
    const seen = collect(({ stream }) => {
      stream.sendHeaders([listOf([...HEAD, ['grpc-encoding', 'snappy']])], false)
      stream.sendData(reply, 0, reply.length, false)
      stream.sendTrailers([listOf(TRAILERS)])
    })

    client.headers(1, requestWith({ 'grpc-encoding': 'snappy' }), false)
    client.data(1, request, true)
    const frames = await client.rest(1)

    expect((await seen).body).toEqual(request)
    expect(bodyOf(frames)).toEqual(reply)
    expect(valuesOf(frames, 'grpc-encoding')).toEqual(['snappy'])
  })

  test('a message split over many frames, and many messages in one, arrive as they are', async () => {
    const whole = Buffer.concat([message('a'.repeat(1_000)), message(''), message('b')])
    const seen = collect(({ stream }, body) => {
      stream.sendHeaders([listOf(HEAD)], false)
      stream.sendData(body, 0, body.length, false)
      stream.sendTrailers([listOf(TRAILERS)])
    })

    client.headers(1, requestWith({}), false)
    for (let at = 0; at < whole.length; at += 7) client.data(1, whole.subarray(at, at + 7), false)
    client.data(1, '', true)
    const frames = await client.rest(1)

    expect((await seen).body).toEqual(whole)
    expect(bodyOf(frames)).toEqual(whole)
  })

  test('trailers-only stays one frame', async () => {
    const only: Pairs = [...HEAD, ['grpc-status', '5'], ['grpc-message', 'no such thing'], ['x-more', '1']]
    void collect(({ stream }) => stream.sendHeaders([listOf(only)], true))

    client.headers(1, requestWith({}), true)
    const frames = await client.rest(1)

    expect(frames.map((each) => [each.type, pairsOf(each.fields)])).toEqual([[HEADERS, only]])
  })

  test('initial metadata comes before any message, and trailers after the half-close', async () => {
    const arrived = Promise.withResolvers<ScriptedCall>()
    respond = (call) => {
      call.stream.sendHeaders([listOf(HEAD)], false)
      arrived.resolve(call)
      return atEnd(call.stream, () => call.stream.sendTrailers([listOf(TRAILERS)]))
    }
    client.headers(1, requestWith({}), false)
    expect((await client.next(HEADERS, 1))?.fields.map((each) => each.name)).toEqual([':status', 'content-type'])

    client.data(1, '', true)

    expect((await client.next(HEADERS, 1))?.fields.map((each) => each.name)).toEqual(['grpc-status'])
  })

  test('an upstream that answers before the request has ended stops the caller with NO_ERROR', async () => {
    respond = (call) => {
      answerOk(call)
      return DEAF_LISTENER
    }
    client.headers(1, requestWith({}), false)

    expect((await client.next(HEADERS, 1))?.fields.map((each) => each.name)).toEqual([':status', 'content-type'])
    expect((await client.next(HEADERS, 1))?.fields.map((each) => each.name)).toEqual(['grpc-status'])
    const reset = await client.next(RST_STREAM, 1)

    expect(errorCodeName(reset?.payload.readUInt32BE(0) ?? -1)).toBe('NO_ERROR')
  })

  test('a reset reaches the upstream as CANCEL', async () => {
    const opened = Promise.withResolvers<void>()
    const reset = Promise.withResolvers<string>()
    respond = () => {
      opened.resolve()
      return { ...DEAF_LISTENER, reset: (code) => reset.resolve(errorCodeName(code)) }
    }
    client.headers(1, requestWith({}), false)
    await opened.promise

    client.send(wordFrame(RST_STREAM, 1, ErrorCode.CANCEL))

    expect(await reset.promise).toBe('CANCEL')
  })

  test('a lost caller reaches the upstream as CANCEL of each of its calls', async () => {
    const resets: string[] = []
    let opened = 0
    respond = () => {
      opened++
      return { ...DEAF_LISTENER, reset: (code) => void resets.push(errorCodeName(code)) }
    }
    for (const id of [1, 3, 5]) client.headers(id, requestWith({}), false)
    await expect.poll(() => opened).toBe(3)

    client.close()

    await expect.poll(() => resets).toEqual(['CANCEL', 'CANCEL', 'CANCEL'])
  })

  test('a caller that reads nothing does not hold up its neighbours', async () => {
    const big = 300_000
    respond = (call) => {
      const size = call.head.path === '/a.B/Big' ? big : 10
      call.stream.sendHeaders([listOf(HEAD)], false)
      call.stream.sendData(Buffer.alloc(size), 0, size, false)
      call.stream.sendTrailers([listOf(TRAILERS)])
      return DEAF_LISTENER
    }
    const greedy = await RawClient.connect(way.address)
    greedy.headers(1, requestWith({ ':path': '/a.B/Big' }), true)
    await greedy.next(DATA, 1)

    client.headers(1, requestWith({}), true)
    expect(bodyOf(await client.rest(1))).toHaveLength(10)

    greedy.send(wordFrame(WINDOW_UPDATE, 0, big), wordFrame(WINDOW_UPDATE, 1, big))
    const rest = await greedy.rest(1)
    expect(valuesOf(rest, 'grpc-status')).toEqual(['0'])
    greedy.close()
  })

  test('padded data gives all of its credit back', async () => {
    const rounds = 60
    const padding = 255
    const seen = collect(answerOk)
    const padded = Buffer.concat([Buffer.from([padding]), Buffer.alloc(16_000 - padding), Buffer.alloc(padding)])

    client.headers(1, requestWith({}), false)
    for (let round = 0, credit = 65_535; round < rounds; round++) {
      while (credit < padded.length) credit += (await client.next(WINDOW_UPDATE, 1))?.payload.readUInt32BE(0) ?? 0
      credit -= padded.length
      client.send(frame(DATA, Flag.PADDED, 1, padded))
    }
    client.data(1, '', true)

    expect((await seen).body).toHaveLength(rounds * (16_000 - padding))
    expect(valuesOf(await client.rest(1), 'grpc-status')).toEqual(['0'])
  })

  test('data on calls that were reset gives the credit of the connection back', async () => {
    respond = ({ stream }) => {
      stream.reset(ErrorCode.INTERNAL_ERROR)
      return DEAF_LISTENER
    }
    await client.next(SETTINGS, 0)
    let credit = 65_535 + ((await client.next(WINDOW_UPDATE, 0))?.payload.readUInt32BE(0) ?? 0)
    const load = Buffer.alloc(16_000)

    for (let id = 1; id < 400; id += 2) {
      while (credit < load.length) credit += (await client.next(WINDOW_UPDATE, 0))?.payload.readUInt32BE(0) ?? 0
      credit -= load.length
      client.headers(id, requestWith({}), false)
      client.data(id, load, true)
    }

    expect(valuesOf(await client.rest(399), 'grpc-status')).toEqual(['13'])
  })

  test('a window that shrinks while an answer is on its way is obeyed', async () => {
    const size = 50_000
    void collect(({ stream }) => {
      stream.sendHeaders([listOf(HEAD)], false)
      stream.sendData(Buffer.alloc(size), 0, size, false)
      stream.sendTrailers([listOf(TRAILERS)])
    })
    client.send(frame(SETTINGS, Flag.NONE, 0, Buffer.from([0, SETTINGS_INITIAL_WINDOW_SIZE, 0, 0, 0, 100])))

    client.headers(1, requestWith({}), true)
    expect((await client.next(DATA, 1))?.payload).toHaveLength(100)
    client.send(wordFrame(WINDOW_UPDATE, 1, size))

    expect(bodyOf(await client.rest(1))).toHaveLength(size - 100)
  })
})
