import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { AnswerMessages } from './answer-messages.ts'

function framed(message: string, flag = 0): Buffer {
  const prefix = Buffer.alloc(5)
  prefix[0] = flag
  prefix.writeUInt32BE(message.length, 1)
  return Buffer.concat([prefix, Buffer.from(message)])
}

/** What a reader hears when these octets come in pieces of these sizes. */
function heard(octets: Buffer, sizes: readonly number[], maxMessageBytes: number): (string | undefined)[] {
  const messages: (string | undefined)[] = []
  const reader = {
    maxMessageBytes,
    message: (bytes: Uint8Array | undefined) => void messages.push(bytes && Buffer.from(bytes).toString()),
    complete: () => undefined,
  }
  const answer = new AnswerMessages(reader)
  // One buffer for all pieces, as a socket has it: what is kept must have been copied.
  const chunk = Buffer.alloc(octets.length + 3)
  for (let place = 0, index = 0; place < octets.length; index++) {
    const end = Math.min(octets.length, place + (sizes[index % sizes.length] ?? 1))
    octets.copy(chunk, 3, place, end)
    answer.add(chunk, 3, 3 + end - place)
    chunk.fill(0xee)
    place = end
  }
  return messages
}

test('finds every message, however the octets are cut', () => {
  const message = fc.stringMatching(/^[a-z]{0,40}$/)
  const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(fc.array(message, { maxLength: 8 }), sizes, (messages, cuts) => {
      const octets = Buffer.concat(messages.map((each) => framed(each)))
      expect(heard(octets, cuts, 30)).toEqual(messages.map((each) => (each.length > 30 ? undefined : each)))
    }),
  )
})

test('counts messages without handing them over', () => {
  const octets = Buffer.concat([framed('one'), framed(''), framed('three')])

  expect(heard(octets, [4], 0)).toEqual([undefined, '', undefined])
})

test('does not look into compressed messages, and goes on behind them', () => {
  expect(heard(Buffer.concat([framed('squeezed', 1), framed('plain')]), [100], 64)).toEqual([undefined, 'plain'])
})

test('tells nothing of a message that is not complete', () => {
  expect(heard(framed('whole').subarray(0, 9), [3], 64)).toEqual([])
})

/** What is in use once the engine has collected its garbage. */
function usedBytes(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc()')
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

test('what it holds of a message is in proportion to the message, however small the pieces are', () => {
  const reader = { maxMessageBytes: 65_536, message: () => expect.unreachable(), complete: () => undefined }
  const answers = Array.from({ length: 20 }, () => new AnswerMessages(reader))
  const octets = framed('x'.repeat(65_536)).subarray(0, 60_000)
  const beforeBytes = usedBytes()

  for (const answer of answers) for (let at = 0; at < octets.length; at++) answer.add(octets, at, at + 1)

  expect((usedBytes() - beforeBytes) / answers.length).toBeLessThan(4 * octets.length)
})
