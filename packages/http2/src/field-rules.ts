import type { Field } from './field.ts'

/** RFC 9110 tokens without upper case (RFC 9113, 8.2.1). Pseudo-header names are checked apart. */
const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/

/** What no value may hold (RFC 9113, 8.2.1), nor begin or end with. */
// oxlint-disable-next-line no-control-regex -- the rule is about control characters
const BAD_VALUE = /[\0\r\n]|^[ \t]|[ \t]$/

/** The part of it that holds for `grpc-message` too, which gRPC lets begin and end with blanks (C-core sends such). */
// oxlint-disable-next-line no-control-regex -- the rule is about control characters
const BAD_MESSAGE = /[\0\r\n]/

/** Fields that only mean something to HTTP/1.1 (RFC 9113, 8.2.2). */
const CONNECTION_SPECIFIC: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
])

/** Why a field that is no pseudo-header makes its message malformed, or undefined when it does not. */
export function fieldProblem(field: Field): string | undefined {
  if (!NAME.test(field.name)) return 'field name is not a lower-case token'
  if (BAD_VALUE.test(field.value) && !isFramedMessage(field))
    return 'field value holds or is framed by forbidden characters'
  if (CONNECTION_SPECIFIC.has(field.name)) return 'connection-specific field'
  if (field.name === 'te' && field.value !== 'trailers') return 'te other than trailers'
  return undefined
}

function isFramedMessage(field: Field): boolean {
  return field.name === 'grpc-message' && !BAD_MESSAGE.test(field.value)
}

/** Whether a pseudo-header's value is acceptable as far as its characters go. */
export function isPseudoValue(value: string): boolean {
  return value !== '' && !BAD_VALUE.test(value)
}

/** Reads `content-length`. -1: it is not one. */
export function parseContentLength(value: string): number {
  return /^\d{1,15}$/.test(value) ? Number(value) : -1
}
