import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { BufferPool } from './buffer-pool.ts'
import { Connection } from './connection.ts'
import { ErrorCode } from './error-code.ts'
import { field, fieldList, type FieldList } from './field.ts'
import { DEFAULT_HTTP2_LIMITS, type Http2Limits } from './limits.ts'
import type { ConnectionListener, StreamListener } from './listeners.ts'
import type { Http2Stream } from './stream.ts'
import { REQUEST, listOf, settingsFrame } from './test-peer.ts'

/** Windows so small that they are used up all the time, and that octets which leak are soon missed. */
const LIMITS: Http2Limits = { ...DEFAULT_HTTP2_LIMITS, connectionWindowBytes: 65_535, outputHighWaterBytes: 20_000 }

/** Lists that many calls share, on several connections, as those of the relay do. */
const REQUESTS = [
  listOf(REQUEST),
  listOf([...REQUEST, ['x-user', 'one']]),
  fieldList([...listOf(REQUEST).fields, field('x-user', 'two', true)]),
] as const
const ANSWERS = [listOf([[':status', '200']]), listOf([[':status', '200'], ['x-region', 'eu']])] as const // prettier-ignore
const TRAILERS = [listOf([['grpc-status', '0']]), listOf([['grpc-status', '14'], ['x-region', 'eu']])] as const // prettier-ignore

/** One end of a call's stream. Octets count on from 0, so that a gap shows. */
class End {
  stream: Http2Stream | undefined
  readonly received: FieldList[] = []
  readonly sent: FieldList[] = []
  sentBytes = 0
  leftBytes = 0
  receivedBytes = 0
  owedBytes = 0
  isReset = false
  isClosing = false
  /** The other side has sent all it wants to. */
  isComplete = false

  readonly listener: StreamListener = {
    answered: (fields) => this.received.push(fields),
    data: (bytes, start, end, endsStream) => {
      this.isComplete = endsStream
      for (let at = start; at < end; at++) {
        if (bytes[at] !== (this.receivedBytes++ & 0xff)) throw new Error('octets lost or out of order')
      }
      this.owedBytes += end - start
    },
    trailers: (fields) => this.received.push(fields),
    drained: (bytes) => (this.leftBytes += bytes),
    ended: () => (this.isClosing = true),
    reset: () => {
      if (this.isReset) throw new Error('told of a reset that was known')
      this.isReset = true
    },
  }

  send(bytes: number, endsStream: boolean): void {
    if (this.isClosing || this.isReset) return
    const octets = Buffer.from(Uint8Array.from({ length: bytes }, (_, index) => this.sentBytes + index))
    this.sentBytes += bytes
    this.isClosing = endsStream
    this.leftBytes += this.stream?.sendData(octets, 0, bytes, endsStream) ?? 0
  }

  sendHeaders(list: FieldList, endsStream: boolean): void {
    this.sent.push(list)
    this.isClosing = endsStream
    this.stream?.sendHeaders([list], endsStream)
  }

  sendTrailers(list: FieldList): void {
    if (this.isClosing || this.isReset) return
    this.sent.push(list)
    this.isClosing = true
    this.stream?.sendTrailers([list])
  }

  credit(bytes: number): void {
    const given = Math.min(bytes, this.owedBytes)
    this.owedBytes -= given
    this.stream?.credit(given)
  }

  reset(): void {
    this.isReset = true
    this.stream?.reset(ErrorCode.CANCEL)
  }
}

/** Both ends of a call; `server` has no stream before the request is there. */
interface Ends {
  readonly client: End
  readonly server: End
}

/** A client and a server that are wired to each other. */
class Pair {
  readonly calls: Ends[] = []
  readonly client: Connection
  readonly server: Connection
  readonly #unopened: Ends[] = []

  constructor(pool: BufferPool) {
    const listener: ConnectionListener = {
      opened: (stream, head, endsStream) => this.#opened(stream, head.fields, endsStream),
      finished: (_code, reason) => expect.unreachable(reason),
      settled: () => undefined,
      streamClosed: () => undefined,
      goneAway: () => undefined,
      ponged: () => undefined,
    }
    const options = { limits: LIMITS, listener, pool, isWaiting: (): void => undefined }
    this.client = new Connection({ role: 'client', ...options })
    this.server = new Connection({ role: 'server', ...options })
    this.deliver(100_000)
  }

  open(request: FieldList, endsStream: boolean): Ends | undefined {
    if (!this.client.canOpen) return undefined
    const call = { client: new End(), server: new End() }
    this.calls.push(call)
    this.#unopened.push(call)
    call.client.stream = this.client.open(call.client.listener)
    call.client.sendHeaders(request, endsStream)
    return call
  }

  /** The client is told of other windows and another header table, both within what the server can bear. */
  change(windowBytes: number, tableBytes: number): void {
    this.client.receive(settingsFrame([1, tableBytes], [4, windowBytes]))
  }

  /** Brings everything across, in chunks of that size, until nothing moves any more. */
  deliver(chunkBytes: number): void {
    while (carry(this.client, this.server, chunkBytes) || carry(this.server, this.client, chunkBytes));
  }

  #opened(stream: Http2Stream, request: FieldList, endsStream: boolean): void {
    // A request that was reset before it left is not seen, and neither is its number.
    const index = this.#unopened.findIndex(({ client }) => client.stream?.id === stream.id)
    const [call] = this.#unopened.splice(index, 1)
    if (call === undefined) throw new Error('nobody opened it')
    call.server.stream = stream
    call.server.received.push(request)
    stream.listener = call.server.listener
    call.server.isComplete = endsStream
  }
}

function carry(from: Connection, to: Connection, chunkBytes: number): boolean {
  const batch = from.output.take()
  if (batch === undefined) return false
  const bytes = Buffer.concat(batch.chunks)
  from.output.written(batch)
  from.resume()
  for (let at = 0; at < bytes.length; at += chunkBytes) to.receive(Buffer.from(bytes.subarray(at, at + chunkBytes)))
  return true
}

const KINDS = [
  'open',
  'send',
  'send',
  'reply',
  'reply',
  'finish',
  'cut',
  'credit',
  'reset',
  'change',
  'deliver',
] as const

const step = fc.record({
  kind: fc.constantFrom(...KINDS),
  which: fc.nat(1_000),
  bytes: fc.constantFrom(0, 1, 100, 4_095, 8_191, 8_192, 16_384, 40_000),
  flag: fc.boolean(),
})
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

function perform({ kind, which, bytes, flag }: Step, pair: Pair): void {
  const call = pair.calls[which % Math.max(1, pair.calls.length)]
  const end = flag ? call?.client : call?.server
  if (kind === 'open') pair.open(REQUESTS[which % 3] ?? REQUESTS[0], flag)
  else if (kind === 'deliver') pair.deliver(flag ? 777 : 16_384)
  else if (kind === 'change') pair.change(Math.min(bytes, 65_535), [0, 100, 4_096][which % 3] ?? 0)
  else if (call === undefined || end === undefined) return
  else if (kind === 'send') call.client.send(bytes, which % 5 === 0)
  else if (kind === 'credit') end.credit(bytes)
  else if (kind === 'reset' && which % 2 === 0 && end.stream !== undefined && !end.isReset) end.reset()
  else actOfServer(kind, call.server, which, bytes)
}

function actOfServer(kind: Step['kind'], server: End, which: number, bytes: number): void {
  if (server.stream === undefined || server.isClosing || server.isReset) return
  if (server.sent.length === 0) server.sendHeaders(ANSWERS[which % 2] ?? ANSWERS[0], which % 11 === 0)
  else if (kind === 'reply') server.send(bytes, false)
  else if (kind === 'finish') server.sendTrailers(TRAILERS[which % 2] ?? TRAILERS[0])
  else if (kind === 'cut' && which % 4 === 0) {
    server.stream.discardQueued()
    server.sentBytes = server.leftBytes
    server.sendTrailers(TRAILERS[1])
  }
}

/** Lets every call come to its end, whatever became of it. */
function settle(pair: Pair): void {
  pair.change(65_535, 4_096)
  for (let round = 0; round < 50 && pair.client.streams + pair.server.streams > 0; round++) {
    pair.deliver(16_384)
    for (const { client, server } of pair.calls) {
      client.send(0, true)
      if (server.isComplete && !server.isClosing) {
        if (server.sent.length === 0) server.sendHeaders(ANSWERS[0], false)
        server.sendTrailers(TRAILERS[0])
      }
      client.credit(Infinity)
      server.credit(Infinity)
    }
  }
}

function shown(lists: readonly FieldList[]): string[] {
  return lists.map(({ fields }) => fields.map((each) => `${each.name}: ${each.value} ${each.isNeverIndexed}`).join())
}

test('calls that share connections and field lists get what was sent to them, and nothing is left of them', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(1), step), { maxLength: 250, size: 'max' }), (steps) => {
      const pool = new BufferPool()
      const pairs = [new Pair(pool), new Pair(pool)]
      for (const [index, one] of steps) perform(one, pairs[index] ?? new Pair(pool))
      for (const pair of pairs) {
        settle(pair)
        for (const { client, server } of pair.calls) {
          if (server.stream !== undefined) expect(shown(server.received)).toEqual(shown(client.sent))
          if (client.isReset || server.isReset) continue
          expect(shown(client.received)).toEqual(shown(server.sent))
          expect([client.receivedBytes, client.sentBytes]).toEqual([server.sentBytes, client.leftBytes])
        }
        expect([pair.client.streams, pair.server.streams]).toEqual([0, 0])
        const last = pair.open(REQUESTS[0], false)
        last?.client.send(200_000, true)
        settle(pair)
        expect(last?.server.receivedBytes).toBe(200_000)
      }
    }),
    { numRuns: 30 },
  )
})
