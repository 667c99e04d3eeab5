import { ErrorCode } from './error-code.ts'
import { ConnectionError } from './http2-error.ts'

/** Identifiers of RFC 9113, 6.5.2. */
export const SettingId = {
  HEADER_TABLE_SIZE: 1,
  ENABLE_PUSH: 2,
  MAX_CONCURRENT_STREAMS: 3,
  INITIAL_WINDOW_SIZE: 4,
  MAX_FRAME_SIZE: 5,
  MAX_HEADER_LIST_SIZE: 6,
} as const

/** Octets of one setting in a SETTINGS frame. */
export const SETTING_BYTES = 6

/** The largest flow-control window (RFC 9113, 6.9.1). */
export const MAX_WINDOW_BYTES = 2 ** 31 - 1

/** What one side has told the other; starts at the protocol's initial values. */
export class Settings {
  headerTableBytes = 4_096
  isPushEnabled = true
  maxConcurrentStreams = Number.POSITIVE_INFINITY
  initialWindowBytes = 65_535
  maxFrameBytes = 16_384
  maxFieldListBytes = Number.POSITIVE_INFINITY

  /** Takes in one setting. Unknown ones are ignored; a value out of range throws `ConnectionError`. */
  apply(id: number, value: number): void {
    switch (id) {
      case SettingId.HEADER_TABLE_SIZE:
        this.headerTableBytes = value
        break
      case SettingId.ENABLE_PUSH:
        if (value > 1) throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, 'ENABLE_PUSH is neither 0 nor 1')
        this.isPushEnabled = value === 1
        break
      case SettingId.MAX_CONCURRENT_STREAMS:
        this.maxConcurrentStreams = value
        break
      case SettingId.INITIAL_WINDOW_SIZE:
        if (value > MAX_WINDOW_BYTES)
          throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, 'initial window too large')
        this.initialWindowBytes = value
        break
      case SettingId.MAX_FRAME_SIZE:
        if (value < 16_384 || value > 16_777_215) {
          throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, 'MAX_FRAME_SIZE out of range')
        }
        this.maxFrameBytes = value
        break
      case SettingId.MAX_HEADER_LIST_SIZE:
        this.maxFieldListBytes = value
        break
      default:
        break
    }
  }
}
