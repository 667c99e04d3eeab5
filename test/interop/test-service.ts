import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js'

/**
 * The service that every server of this suite speaks, whatever its language. Messages are plain octets, so that no peer
 * needs generated code; numbers are 32 bits, big-endian.
 *
 * - `Empty`: answers an empty message to any.
 * - `Unary`: request = reply size, then ballast; reply = size of the request, then a pattern of that reply size.
 * - `StreamIn`: reply = number of messages, number of octets.
 * - `StreamOut`: request = sizes; a pattern of each size comes back.
 * - `Chat`: for each request, as of `Unary`, a pattern of its reply size, at once.
 * - `AwaitCancelled`: answers when the call whose `x-call-id` is the request was cancelled.
 *
 * Of the request's metadata, `x-echo-initial` comes back in the initial metadata and `x-echo-trailing-bin` in the trailers;
 * `x-status` and `x-status-message-bin` are the status to end with, before any message; `x-sleep-ms` delays the answer;
 * `x-tell-deadline` asks for a trailer `x-deadline-ms`, the time left when the call came.
 */
export const Method = {
  empty: '/interop.Test/Empty',
  unary: '/interop.Test/Unary',
  streamIn: '/interop.Test/StreamIn',
  streamOut: '/interop.Test/StreamOut',
  chat: '/interop.Test/Chat',
  awaitCancelled: '/interop.Test/AwaitCancelled',
  unimplementedMethod: '/interop.Test/Unimplemented',
  unimplementedService: '/interop.Missing/Call',
} as const

/** Octets as they are: the serialiser of every message here. */
export const asIs = (message: Buffer): Buffer => message

function method(path: string, requestStream: boolean, responseStream: boolean): MethodDefinition<Buffer, Buffer> {
  return {
    path,
    requestStream,
    responseStream,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  }
}

/** The service as grpc-js wants it described. */
export const testService = {
  Empty: method(Method.empty, false, false),
  Unary: method(Method.unary, false, false),
  StreamIn: method(Method.streamIn, true, false),
  StreamOut: method(Method.streamOut, false, true),
  Chat: method(Method.chat, true, true),
  AwaitCancelled: method(Method.awaitCancelled, false, false),
} satisfies ServiceDefinition

/** `bytes` octets counting up, so that a lost or doubled piece shows. */
export function pattern(bytes: number): Buffer {
  const octets = Buffer.allocUnsafe(bytes)
  for (let index = 0; index < bytes; index++) octets[index] = index & 0xff
  return octets
}

/** Numbers as the service writes them. */
export function numbers(...values: number[]): Buffer {
  const octets = Buffer.alloc(values.length * 4)
  values.forEach((value, index) => octets.writeUInt32BE(value, index * 4))
  return octets
}

/** A request of `Unary` or `Chat`. */
export function sizedRequest(replyBytes: number, ballastBytes = 0): Buffer {
  return Buffer.concat([numbers(replyBytes), pattern(ballastBytes)])
}

/** Why the server was to say what no header can hold as it is: the message of the classic special_status_message case. */
export const SPECIAL_MESSAGE = '\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n'
