import { Status } from '@spillway/call'
import { expect, test } from 'vitest'
import { encodeMessage, isGrpcContent, statusOfHttp, statusOfReset } from './grpc-rules.ts'

test.each(['application/grpc', 'application/grpc+proto', 'application/grpc+json', 'application/grpc;v=1'])(
  '%s is gRPC',
  (type) => expect(isGrpcContent(type)).toBe(true),
)

test.each(['application/grpc-web', 'application/grpcx', 'application/json', '', undefined])('%s is not gRPC', (type) =>
  expect(isGrpcContent(type)).toBe(false),
)

test('maps HTTP and reset codes as the gRPC specification does', () => {
  expect([400, 401, 403, 404, 429, 502, 503, 504, 500].map(statusOfHttp)).toEqual([
    Status.INTERNAL,
    Status.UNAUTHENTICATED,
    Status.PERMISSION_DENIED,
    Status.UNIMPLEMENTED,
    Status.UNAVAILABLE,
    Status.UNAVAILABLE,
    Status.UNAVAILABLE,
    Status.UNAVAILABLE,
    Status.UNKNOWN,
  ])
  expect([0, 2, 7, 8, 11, 12, 99].map(statusOfReset)).toEqual([
    Status.INTERNAL,
    Status.INTERNAL,
    Status.UNAVAILABLE,
    Status.CANCELLED,
    Status.RESOURCE_EXHAUSTED,
    Status.PERMISSION_DENIED,
    Status.INTERNAL,
  ])
})

test('percent-encodes what is not printable ASCII', () => {
  expect(encodeMessage('plain text')).toBe('plain text')
  expect(encodeMessage('50 % größer\n')).toBe('50 %25 gr%C3%B6%C3%9Fer%0A')
})
