import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { CLIENT_PREFACE, Flag, FrameType } from './frame.ts'
import { TestPeer, frame, settingsFrame } from './test-peer.ts'

const payload = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))
const anyFrame = fc
  .tuple(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 9 }), payload)
  .map(([type, flags, streamId, bytes]) => frame(type, flags, streamId, bytes))

/** Data on open streams, padded or not. */
const dataFrame = fc
  .tuple(fc.constantFrom(1, 3), fc.integer({ min: 0, max: 40 }), payload, fc.boolean())
  .map(([streamId, padding, bytes, isPadded]) =>
    isPadded
      ? frame(
          FrameType.DATA,
          Flag.PADDED,
          streamId,
          Buffer.concat([Buffer.from([padding]), bytes, Buffer.alloc(padding)]),
        )
      : frame(FrameType.DATA, 0, streamId, bytes),
  )
const pingFrame = fc.constant(frame(FrameType.PING, 0, 0, '12345678'))

/** What a connection says and does about these octets, however they were cut. */
function outcomeOf(chunks: readonly Buffer[]): { events: string[]; sent: unknown } {
  const peer = new TestPeer('server', {}, false)
  for (const chunk of chunks) peer.connection.receive(chunk)
  return { events: joinData(peer.events), sent: peer.sent() }
}

/** Data may come in more parts when it was cut: only its octets count. */
function joinData(events: readonly string[]): string[] {
  const joined: string[] = []
  for (const event of events) {
    const last = joined.at(-1)
    const prefix = /^\d+ data /.exec(event)?.[0]
    if (prefix !== undefined && last?.startsWith(prefix)) joined[joined.length - 1] = last + event.slice(prefix.length)
    else if (event !== prefix) joined.push(event)
  }
  return joined
}

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = []
  let at = 0
  for (let index = 0; at < bytes.length; index++) {
    const size = sizes.length === 0 ? bytes.length : (sizes[index % sizes.length] ?? 1)
    chunks.push(Buffer.from(bytes.subarray(at, at + size)))
    at += size
  }
  return chunks
}

const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 20 })

test('the same octets mean the same, however they are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(dataFrame, dataFrame, pingFrame, anyFrame), { maxLength: 20 }),
      sizes,
      (frames, sizes) => {
        const writer = new TestPeer()
        const opening = [CLIENT_PREFACE, settingsFrame(), writer.headers(1), writer.headers(3)]
        const bytes = Buffer.concat([...opening, ...frames])
        const cutUp = outcomeOf(cut(bytes, sizes))
        const whole = outcomeOf([bytes])
        expect(cutUp.events).toEqual(whole.events)
        expect(cutUp.sent).toEqual(whole.sent)
      },
    ),
    { numRuns: 300 },
  )
})

test('random octets never throw out of a connection', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(anyFrame, payload), { maxLength: 30 }), fc.boolean(), (pieces, isServer) => {
      const peer = new TestPeer(isServer ? 'server' : 'client')
      for (const piece of pieces) peer.connection.receive(piece)
      peer.connection.lost()
      expect(peer.connection.streams).toBe(0)
    }),
    { numRuns: 500 },
  )
})

test('a frame that declares much and sends little costs little', () => {
  const head = frame(FrameType.HEADERS, 0, 1, Buffer.alloc(16_000)).subarray(0, 9)
  const peers = Array.from({ length: 200 }, () => new TestPeer())
  const before = process.memoryUsage().arrayBuffers

  for (const peer of peers) peer.connection.receive(Buffer.from(head))

  expect(peers.every((peer) => peer.connection.isMidway)).toBe(true)
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200 * 1_024)
})
