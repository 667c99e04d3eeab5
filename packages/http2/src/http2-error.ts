import { ErrorCode, errorCodeName } from './error-code.ts'

/**
 * The peer broke a rule that ends the connection (RFC 9113, 5.4.1). Thrown where the rule is checked, caught in one place:
 * `Connection.receive` turns it into a GOAWAY. Never leaves this package.
 *
 * A stream error (5.4.2) is no exception: the connection resets the stream and goes on.
 */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
  readonly code: ErrorCode

  constructor(code: ErrorCode, reason: string) {
    super(`${errorCodeName(code)}: ${reason}`)
    this.code = code
  }
}

/** A frame where it may not be, or with what it may not hold. */
export function protocolError(reason: string): ConnectionError {
  return new ConnectionError(ErrorCode.PROTOCOL_ERROR, reason)
}

/** A frame whose length its type does not allow. */
export function frameSizeError(): ConnectionError {
  return new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, 'frame of the wrong size')
}

/** Throws unless a payload has the one length that its type allows. */
export function expectLength(actual: number, expected: number): void {
  if (actual !== expected) throw frameSizeError()
}
