export { field, fieldList, type Field, type FieldList } from './field.ts'
export {
  HpackDecoder,
  HpackEncoder,
  HpackError,
  encodedBound,
  type BlockExcess,
  type HpackLimits,
} from './hpack/index.ts'
export { CLIENT_PREFACE, Flag, FRAME_HEADER_BYTES, FrameType } from './frame.ts'
export { ErrorCode, errorCodeName } from './error-code.ts'
export { DEFAULT_HTTP2_LIMITS, type Http2Limits } from './limits.ts'
export type { ConnectionListener, StreamListener } from './listeners.ts'
export { RequestHead, readRequestHead } from './request-head.ts'
export type { Http2Stream } from './stream.ts'
