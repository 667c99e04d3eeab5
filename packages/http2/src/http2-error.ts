import { errorCodeName, type ErrorCode } from './error-code.ts'

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
