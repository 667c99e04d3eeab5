import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { ErrorCode } from './error-code.ts'
import { Flag, FrameType } from './frame.ts'
import type { Http2Stream } from './stream.ts'
import { TestPeer, frame, settingsFrame, wordFrame } from './test-peer.ts'

const { DATA, RST_STREAM, WINDOW_UPDATE } = FrameType
const INITIAL_WINDOW = 4

function opened(limits: ConstructorParameters<typeof TestPeer>[1] = {}): TestPeer {
  const peer = new TestPeer('server', limits)
  peer.send(peer.headers(1))
  peer.events.length = 0
  return peer
}

function send(peer: TestPeer, streamId: number, bytes: number, ends = false): number {
  return peer.streams.get(streamId)?.sendData(Buffer.alloc(bytes), 0, bytes, ends) ?? -1
}

function sizes(peer: TestPeer): number[] {
  return peer.sentOf(DATA).map((each) => each.payload.length)
}

/** What WINDOW_UPDATEs announced for a stream. */
function credit(peer: TestPeer, streamId: number): number {
  const updates = peer.sentOf(WINDOW_UPDATE).filter((each) => each.streamId === streamId)
  return updates.reduce((sum, each) => sum + each.payload.readUInt32BE(0), 0)
}

test('sends up to the stream window and the rest when credit comes', () => {
  const peer = opened()
  peer.send(wordFrame(WINDOW_UPDATE, 0, 1_000_000))

  expect(send(peer, 1, 70_000, true)).toBe(65_535)
  expect(sizes(peer)).toEqual([16_384, 16_384, 16_384, 16_383])

  peer.send(wordFrame(WINDOW_UPDATE, 1, 10_000))
  expect(sizes(peer)).toEqual([4_465])
  expect(peer.events).toEqual(['closed', '1 ended', '1 drained 4465'])
})

test('a stream without window does not hold up its neighbour', () => {
  const peer = opened()
  peer.send(wordFrame(WINDOW_UPDATE, 0, 1_000_000), peer.headers(3))
  send(peer, 1, 100_000)
  peer.sent()

  expect(send(peer, 3, 10_000)).toBe(10_000)
})

test('streams that wait for the connection window take turns', () => {
  const peer = opened()
  peer.send(settingsFrame([INITIAL_WINDOW, 1_000_000]), peer.headers(3))
  send(peer, 1, 65_535 + 40_000)
  send(peer, 3, 40_000)
  peer.sent()

  peer.send(wordFrame(WINDOW_UPDATE, 0, 1_000_000))

  const order = peer.sentOf(DATA).map((each) => each.streamId)
  expect(order).toEqual([1, 3, 1, 3, 1, 3])
})

test('trailers wait for the data in front of them', () => {
  const peer = opened()
  send(peer, 1, 70_000)
  peer.streams.get(1)?.sendTrailers([])
  expect(peer.sent().map((each) => each.type)).not.toContain(FrameType.HEADERS)

  peer.send(wordFrame(WINDOW_UPDATE, 0, 100_000), wordFrame(WINDOW_UPDATE, 1, 100_000))

  expect(peer.sent().map((each) => each.type)).toEqual([DATA, FrameType.HEADERS, RST_STREAM])
  expect(peer.connection.streams).toBe(0)
})

test('discarded data makes room for trailers at once', () => {
  const peer = opened()
  send(peer, 1, 70_000, true)
  peer.sent()

  peer.streams.get(1)?.discardQueued()
  peer.streams.get(1)?.sendTrailers([])

  expect(peer.sent().map((each) => each.type)).toContain(FrameType.HEADERS)
})

test('an end without data needs no window', () => {
  const peer = opened()
  send(peer, 1, 65_535)
  peer.sent()

  send(peer, 1, 0, true)

  expect(peer.sentOf(DATA).map((each) => each.flags)).toEqual([Flag.END_STREAM])
})

test('a smaller initial window may make a stream window negative', () => {
  const peer = opened()
  peer.send(wordFrame(WINDOW_UPDATE, 0, 1_000_000))
  send(peer, 1, 50_000)
  peer.send(settingsFrame([INITIAL_WINDOW, 10_000]))
  expect(send(peer, 1, 10)).toBe(0)
  peer.sent()

  peer.send(wordFrame(WINDOW_UPDATE, 1, 40_005))
  expect(sizes(peer)).toEqual([5])
})

test('a larger initial window lets queued data go', () => {
  const peer = opened()
  peer.send(wordFrame(WINDOW_UPDATE, 0, 1_000_000))
  send(peer, 1, 70_000)
  peer.sent()

  peer.send(settingsFrame([INITIAL_WINDOW, 80_000]))

  expect(sizes(peer)).toEqual([4_465])
})

test('acknowledges a larger initial window before it uses it', () => {
  const peer = opened()
  peer.send(wordFrame(WINDOW_UPDATE, 0, 1_000_000))
  send(peer, 1, 70_000)
  peer.sent()

  peer.send(settingsFrame([INITIAL_WINDOW, 65_540]))

  expect(peer.sent().map((each) => each.type)).toEqual([FrameType.SETTINGS, DATA])
})

test('data stays in its stream while the socket is behind', () => {
  const peer = opened({ outputHighWaterBytes: 20_000 })
  peer.send(wordFrame(WINDOW_UPDATE, 0, 1_000_000))

  expect(send(peer, 1, 60_000)).toBe(2 * 16_384)
  expect(peer.streams.get(1)?.queuedBytes).toBe(60_000 - 2 * 16_384)
  expect(peer.connection.output.pendingBytes).toBeLessThan(40_000)

  expect(sizes(peer).reduce((sum, each) => sum + each, 0)).toBe(60_000)
})

test('gives back connection window on receipt and stream window on credit', () => {
  const peer = opened({ connectionWindowBytes: 65_535 })

  peer.send(frame(DATA, 0, 1, Buffer.alloc(16_384)), frame(DATA, 0, 1, Buffer.alloc(16_384)))
  expect(credit(peer, 0)).toBe(32_768)

  peer.streams.get(1)?.credit(32_768)
  expect(credit(peer, 1)).toBe(32_768)
})

test('gives back the padding of a stream that credits nothing', () => {
  const peer = opened()
  const padded = frame(DATA, Flag.PADDED, 1, Buffer.concat([Buffer.from([255]), Buffer.from('x'), Buffer.alloc(255)]))

  peer.send(...Array.from({ length: 200 }, () => padded))

  expect(credit(peer, 1)).toBeGreaterThanOrEqual(32_768)
})

test.each([
  ['that we reset', (peer: TestPeer) => peer.streams.get(1)?.reset(8)],
  ['that ended', (peer: TestPeer) => peer.streams.get(1)?.sendTrailers([])],
])('gives back connection window for data on a stream %s', (_how, end) => {
  const peer = opened({ connectionWindowBytes: 65_535 })
  end(peer)
  peer.sent()

  for (let round = 0; round < 20; round++) {
    peer.send(frame(DATA, 0, 1, Buffer.alloc(16_384)), frame(DATA, 0, 1, Buffer.alloc(16_384)))
    expect(credit(peer, 0)).toBe(32_768)
  }
})

test('a peer that exceeds the stream window has the stream reset', () => {
  const peer = opened()

  for (let sent = 0; sent < 5; sent++) peer.send(frame(DATA, 0, 1, Buffer.alloc(16_384)))

  expect(peer.resets()).toEqual(['1 FLOW_CONTROL_ERROR'])
})

test('a peer that exceeds the connection window loses the connection', () => {
  const peer = opened({ connectionWindowBytes: 20_000 })

  peer.send(frame(DATA, 0, 1, Buffer.alloc(9_000)), frame(DATA, 0, 1, Buffer.alloc(16_384)))

  expect(peer.connectionError()).toBe('FLOW_CONTROL_ERROR')
})

test('our own stream window holds from the acknowledgement on', () => {
  const peer = new TestPeer('server', { streamWindowBytes: 10_000 }, false)
  peer.connection.receive(Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'))
  peer.send(settingsFrame(), peer.headers(1), frame(DATA, 0, 1, Buffer.alloc(11_000)))
  expect(peer.resets()).toEqual([])

  peer.send(frame(FrameType.SETTINGS, Flag.ACK, 0), peer.headers(3), frame(DATA, 0, 3, Buffer.alloc(10_001)))
  expect(peer.resets()).toEqual(['3 FLOW_CONTROL_ERROR'])
})

/** The engine's garbage collection, at once. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc()')
}

test('streams that are reset while they wait for the connection window are let go', async () => {
  const peer = new TestPeer()
  peer.send(peer.headers(1))
  peer.streams.get(1)?.sendData(Buffer.alloc(65_535), 0, 65_535, false)
  peer.send(peer.headers(3))
  peer.streams.get(3)?.sendData(Buffer.alloc(10), 0, 10, false)
  const streams: WeakRef<Http2Stream>[] = []
  for (let id = 5; id < 2_005; id += 2) {
    peer.send(peer.headers(id))
    const stream = peer.streams.get(id)
    if (stream !== undefined) streams.push(new WeakRef(stream))
    expect(stream?.sendData(Buffer.alloc(10), 0, 10, false)).toBe(0)
    peer.send(wordFrame(RST_STREAM, id, ErrorCode.CANCEL))
    peer.streams.delete(id)
  }
  peer.sent()

  await nextTurn()
  collectGarbage()

  expect(streams.filter((each) => each.deref() !== undefined).length).toBeLessThan(200)
  peer.send(wordFrame(WINDOW_UPDATE, 0, 100))
  expect(peer.events.filter((event) => event.includes('drained'))).toEqual(['3 drained 10'])
})
