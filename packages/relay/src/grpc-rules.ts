import { Status } from '@spillway/call'
import { ErrorCode, type FieldList, type RequestHead } from '@spillway/http2'

/** `/package.Service/Method`: two segments, neither of them empty. */
const CALL_PATH = /^\/[^/?]+\/[^/?]+$/

/** Whether a well-formed HTTP request can be a gRPC call at all (gRPC over HTTP/2, "Requests"). */
export function isCall(head: RequestHead): boolean {
  return head.method === 'POST' && CALL_PATH.test(head.path)
}

/** Whether a content type is gRPC's, with whatever suffix. */
export function isGrpcContent(contentType: string | undefined): boolean {
  if (contentType === undefined || !contentType.startsWith('application/grpc')) return false
  const rest = contentType.charAt('application/grpc'.length)
  return rest === '' || rest === '+' || rest === ';'
}

/** The status that gRPC gives to an HTTP answer without one (gRPC, doc/http-grpc-status-mapping.md). */
export function statusOfHttp(code: number): Status {
  return HTTP_STATUSES.get(code) ?? Status.UNKNOWN
}

const HTTP_STATUSES: ReadonlyMap<number, Status> = new Map([
  [400, Status.INTERNAL],
  [401, Status.UNAUTHENTICATED],
  [403, Status.PERMISSION_DENIED],
  [404, Status.UNIMPLEMENTED],
  [429, Status.UNAVAILABLE],
  [502, Status.UNAVAILABLE],
  [503, Status.UNAVAILABLE],
  [504, Status.UNAVAILABLE],
])

/** The status that gRPC gives to a stream that was reset (gRPC over HTTP/2, "HTTP2 Transport Mapping"). */
export function statusOfReset(code: number): Status {
  return RESET_STATUSES.get(code) ?? Status.INTERNAL
}

const RESET_STATUSES: ReadonlyMap<number, Status> = new Map<number, Status>([
  [ErrorCode.REFUSED_STREAM, Status.UNAVAILABLE],
  [ErrorCode.CANCEL, Status.CANCELLED],
  [ErrorCode.ENHANCE_YOUR_CALM, Status.RESOURCE_EXHAUSTED],
  [ErrorCode.INADEQUATE_SECURITY, Status.PERMISSION_DENIED],
])

/** Percent-encodes a message as gRPC wants it: everything but printable ASCII, and `%`. */
export function encodeMessage(message: string): string {
  if (/^[ -$&-~]*$/.test(message)) return message
  let text = ''
  for (const octet of Buffer.from(message, 'utf8')) {
    const isPlain = octet >= 0x20 && octet <= 0x7e && octet !== 0x25
    text += isPlain ? String.fromCharCode(octet) : `%${octet.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return text
}

/** Whether a field list already ends a call by itself: it carries a status. */
export function hasStatus(fields: FieldList): boolean {
  return fields.get('grpc-status') !== undefined
}
