export { HpackDecoder, type BlockExcess, type HpackLimits } from './hpack-decoder.ts'
export { HpackEncoder, encodedBound } from './hpack-encoder.ts'
export { HpackError } from './hpack-error.ts'
