/** Error codes of RFC 9113, 7. */
export const ErrorCode = {
  NO_ERROR: 0,
  PROTOCOL_ERROR: 1,
  INTERNAL_ERROR: 2,
  FLOW_CONTROL_ERROR: 3,
  SETTINGS_TIMEOUT: 4,
  STREAM_CLOSED: 5,
  FRAME_SIZE_ERROR: 6,
  REFUSED_STREAM: 7,
  CANCEL: 8,
  COMPRESSION_ERROR: 9,
  CONNECT_ERROR: 10,
  ENHANCE_YOUR_CALM: 11,
  INADEQUATE_SECURITY: 12,
  HTTP_1_1_REQUIRED: 13,
} as const

/** One of the fourteen codes that we send. Peers may send others. */
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode]

const NAMES = Object.keys(ErrorCode)

/** The name of a code (`REFUSED_STREAM`); the number in hexadecimal when it has none. */
export function errorCodeName(code: number): string {
  return NAMES[code] ?? `0x${code.toString(16)}`
}
