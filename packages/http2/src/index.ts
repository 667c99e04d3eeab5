export { field, fieldList, type CheckedFields, type Field, type FieldList } from './field.ts'
export {
  HpackDecoder,
  HpackEncoder,
  HpackError,
  encodedBound,
  type BlockExcess,
  type HpackLimits,
} from './hpack/index.ts'
export { BufferPool } from './buffer-pool.ts'
export { ByteQueue } from './byte-queue.ts'
export { Connection, type ConnectionOptions } from './connection.ts'
export { CLIENT_PREFACE, Flag, FRAME_HEADER_BYTES, FrameType } from './frame.ts'
export { Settings } from './settings.ts'
export { ErrorCode, errorCodeName } from './error-code.ts'
export { DEFAULT_HTTP2_LIMITS, type Http2Limits } from './limits.ts'
export { DEAF_LISTENER, type ConnectionListener, type StreamListener } from './listeners.ts'
export { RequestHead, readRequestHead } from './request-head.ts'
export { Output, type OutputBatch } from './output.ts'
export { Http2Stream } from './stream.ts'
