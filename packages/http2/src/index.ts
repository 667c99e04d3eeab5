export { field, fieldList, type Field, type FieldList } from './field.ts'
export {
  HpackDecoder,
  HpackEncoder,
  HpackError,
  encodedBound,
  type BlockExcess,
  type HpackLimits,
} from './hpack/index.ts'
