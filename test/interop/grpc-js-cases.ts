import { status } from '@grpc/grpc-js'
import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import { metadataOf, type OctetClient } from './grpc-js-client.ts'
import { Method, SPECIAL_MESSAGE, numbers, pattern, sizedRequest } from './test-service.ts'

/** Something that has to work between any client and any server: gRPC's own interoperability cases, and a few more. */
export interface Case {
  readonly name: string
  readonly run: (client: OctetClient) => Promise<void>
}

const MEBIBYTE = 1_048_576
const SLEEP = metadataOf(['x-sleep-ms', '20000'])
const SPECIAL_MESSAGES = [SPECIAL_MESSAGE, '100%', '%zz %41', '', 'a'.repeat(2_000)]

/** The cases for a client in grpc-js. */
export const GRPC_JS_CASES: readonly Case[] = [
  {
    name: 'empty_unary',
    run: async (client) => expect(await client.unary(Method.empty, Buffer.alloc(0))).toEqual(Buffer.alloc(0)),
  },
  {
    name: 'large_unary',
    run: async (client) => {
      const reply = await client.unary(Method.unary, sizedRequest(1.5 * MEBIBYTE, 2 * MEBIBYTE))
      expect(reply.equals(Buffer.concat([numbers(4 + 2 * MEBIBYTE), pattern(1.5 * MEBIBYTE)]))).toBe(true)
    },
  },
  {
    name: 'client_streaming',
    run: async (client) => {
      const sizes = [27_182, 8, 0, 1_828, 45_904, MEBIBYTE]
      const { messages, code } = await client.call(Method.streamIn, sizes.map(pattern))
      expect({ messages, code }).toEqual({
        messages: [
          numbers(
            sizes.length,
            sizes.reduce((sum, bytes) => sum + bytes),
          ),
        ],
        code: status.OK,
      })
    },
  },
  {
    name: 'server_streaming',
    run: async (client) => {
      const sizes = [31_415, 9, 0, 2_653, 58_979, MEBIBYTE]
      const { messages, code } = await client.call(Method.streamOut, [numbers(...sizes)])
      expect(code).toBe(status.OK)
      expect(Buffer.concat(messages).equals(Buffer.concat(sizes.map(pattern)))).toBe(true)
      expect(messages.map((message) => message.length)).toEqual(sizes)
    },
  },
  {
    name: 'ping_pong',
    run: async (client) => {
      const call = client.open(Method.chat)
      const sizes = [31_415, 9, 0, 2_653, 58_979]
      for (const [index, bytes] of sizes.entries()) {
        call.stream.write(sizedRequest(bytes, 27_182))
        await call.received(index + 1)
      }
      call.stream.end()
      const { messages, code } = await call.result
      expect(messages.map((message) => message.length)).toEqual(sizes)
      expect(code).toBe(status.OK)
    },
  },
  {
    name: 'empty_stream',
    run: async (client) => {
      const { messages, code } = await client.call(Method.chat, [])
      expect({ messages, code }).toEqual({ messages: [], code: status.OK })
    },
  },
  {
    name: 'cancel_after_begin',
    run: async (client) => {
      const id = randomUUID()
      const call = client.open(Method.streamIn, metadataOf(['x-call-id', id], ['x-echo-initial', 'begun']))
      call.stream.write(pattern(10))
      await new Promise((resolve) => call.stream.once('metadata', resolve))
      call.stream.cancel()
      expect((await call.result).code).toBe(status.CANCELLED)
      await client.unary(Method.awaitCancelled, Buffer.from(id))
    },
  },
  {
    name: 'cancel_after_first_response',
    run: async (client) => {
      const id = randomUUID()
      const call = client.open(Method.chat, metadataOf(['x-call-id', id]))
      call.stream.write(sizedRequest(31_415))
      await call.received(1)
      call.stream.cancel()
      expect(await call.result).toMatchObject({ code: status.CANCELLED, messages: [pattern(31_415)] })
      await client.unary(Method.awaitCancelled, Buffer.from(id))
    },
  },
  {
    name: 'timeout_on_sleeping_server',
    run: async (client) => {
      const { code } = await client.call(Method.empty, [Buffer.alloc(0)], SLEEP, { deadline: Date.now() + 100 })
      expect(code).toBe(status.DEADLINE_EXCEEDED)
    },
  },
  {
    name: 'deadline_reaches_server',
    run: async (client) => {
      const { trailers } = await client.call(Method.empty, [Buffer.alloc(0)], metadataOf(['x-tell-deadline', '1']), {
        deadline: Date.now() + 30_000,
      })
      const leftMs = Number(trailers.get('x-deadline-ms')[0])
      expect(leftMs).toBeGreaterThan(20_000)
      expect(leftMs).toBeLessThan(31_000)
    },
  },
  {
    name: 'custom_metadata',
    run: async (client) => {
      const octets = [Buffer.from([0xab, 0xab, 0xab]), Buffer.from([0, 255]), Buffer.alloc(0), pattern(1_000)]
      const sent = metadataOf(
        ['x-echo-initial', 'second'],
        ['x-echo-initial', 'first'],
        ['x-echo-initial', 'second'],
        ...octets.map((value) => ['x-echo-trailing-bin', value] as const),
      )
      const { initial, trailers } = await client.call(Method.unary, [sizedRequest(10)], sent)
      // Some libraries join what repeats, as HTTP allows; wire.test.ts looks at the fields themselves.
      expect(initial?.get('x-echo-initial').join(', ')).toBe('second, first, second')
      expect(trailers.get('x-echo-trailing-bin')).toEqual(octets)
    },
  },
  {
    name: 'status_code_and_message',
    run: async (client) => {
      for (let code = 1; code <= 16; code++) {
        const asked = metadataOf(
          ['x-status', String(code)],
          ['x-status-message-bin', Buffer.from('test status message')],
        )
        for (const path of [Method.unary, Method.chat]) {
          const result = await client.call(path, [sizedRequest(1)], asked)
          expect({ code: result.code, details: result.details }).toEqual({ code, details: 'test status message' })
        }
      }
    },
  },
  {
    name: 'special_status_message',
    run: async (client) => {
      for (const message of SPECIAL_MESSAGES) {
        const asked = metadataOf(['x-status', '2'], ['x-status-message-bin', Buffer.from(message)])
        const { code, details } = await client.call(Method.unary, [sizedRequest(1)], asked)
        expect({ code, details }).toEqual({ code: status.UNKNOWN, details: message })
      }
    },
  },
  {
    name: 'status_message_framed_by_blanks',
    run: async (client) => {
      const asked = metadataOf(['x-status', '2'], ['x-status-message-bin', Buffer.from(' a ')])
      // HTTP/2 forbids such values and gRPC allows them; the library under grpc-js drops what it must not receive.
      expect((await client.call(Method.unary, [sizedRequest(1)], asked)).code).toBe(status.UNKNOWN)
    },
  },
  {
    name: 'unimplemented_method',
    run: async (client) =>
      expect((await client.call(Method.unimplementedMethod, [Buffer.alloc(0)])).code).toBe(status.UNIMPLEMENTED),
  },
  {
    name: 'unimplemented_service',
    run: async (client) =>
      expect((await client.call(Method.unimplementedService, [Buffer.alloc(0)])).code).toBe(status.UNIMPLEMENTED),
  },
  {
    name: 'concurrent_large_unary',
    run: async (client) => {
      const calls = Array.from({ length: 40 }, (_none, index) =>
        client.unary(Method.unary, sizedRequest(100_000 + index, 200_000)),
      )
      const sizes = (await Promise.all(calls)).map((reply) => reply.length)
      expect(sizes).toEqual(calls.map((_call, index) => 100_004 + index))
    },
  },
]
