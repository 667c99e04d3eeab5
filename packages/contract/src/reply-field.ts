import { ScalarType, type DescField, type DescMessage } from '@bufbuild/protobuf'
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import type { ReplyField } from './method-policy.ts'
import { nearest } from './nearest.ts'

/** The numeric field that a path such as `usage.total_tokens` leads to, or what is wrong with the path. */
export function findReplyField(
  path: string,
  reply: DescMessage,
): { readonly ok: ReplyField } | { readonly message: string; readonly fix: string } {
  const numbers: number[] = []
  let message = reply
  const names = path.split('.')
  for (const [index, name] of names.entries()) {
    const field = message.fields.find((candidate) => candidate.name === name)
    if (field === undefined) return noField(name, message)
    numbers.push(field.number)
    if (index === names.length - 1) return lastField(path, field, numbers)
    if (field.fieldKind !== 'message')
      return { message: `${name} of ${message.typeName} is no message`, fix: 'name a field of the reply' }
    message = field.message
  }
  return noField('', reply)
}

function noField(name: string, message: DescMessage): { message: string; fix: string } {
  const names = message.fields.map((field) => field.name)
  const meant = nearest(name, names)
  const known = names.length === 0 ? 'it has none' : `fields: ${names.join(', ')}`
  return {
    message: `there is no field ${name === '' ? '""' : name} in ${message.typeName} (${known})`,
    fix: meant === undefined ? 'name a field of the reply' : `write ${meant}`,
  }
}

function lastField(
  name: string,
  field: DescField,
  numbers: readonly number[],
): { readonly ok: ReplyField } | { readonly message: string; readonly fix: string } {
  const read = field.fieldKind === 'scalar' ? READERS.get(field.scalar) : undefined
  if (read === undefined) {
    const fix = 'name a field that holds one whole or floating-point number'
    return { message: `${field.name} of ${field.parent.typeName} is no number`, fix }
  }
  return { ok: { name, read: (bytes) => readSafely(bytes, numbers, read) } }
}

/** How a number is written, and how it is read. */
interface NumberReader {
  readonly wire: WireType
  readonly read: (reader: BinaryReader) => number
}

const varint = (read: NumberReader['read']): NumberReader => ({ wire: WireType.Varint, read })
const four = (read: NumberReader['read']): NumberReader => ({ wire: WireType.Bit32, read })
const eight = (read: NumberReader['read']): NumberReader => ({ wire: WireType.Bit64, read })

const READERS: ReadonlyMap<ScalarType, NumberReader> = new Map([
  [ScalarType.INT32, varint((reader) => reader.int32())],
  [ScalarType.UINT32, varint((reader) => reader.uint32())],
  [ScalarType.SINT32, varint((reader) => reader.sint32())],
  [ScalarType.INT64, varint((reader) => Number(reader.int64()))],
  [ScalarType.UINT64, varint((reader) => Number(reader.uint64()))],
  [ScalarType.SINT64, varint((reader) => Number(reader.sint64()))],
  [ScalarType.FIXED32, four((reader) => reader.fixed32())],
  [ScalarType.SFIXED32, four((reader) => reader.sfixed32())],
  [ScalarType.FLOAT, four((reader) => reader.float())],
  [ScalarType.FIXED64, eight((reader) => Number(reader.fixed64()))],
  [ScalarType.SFIXED64, eight((reader) => Number(reader.sfixed64()))],
  [ScalarType.DOUBLE, eight((reader) => reader.double())],
])

function readSafely(bytes: Uint8Array, numbers: readonly number[], number: NumberReader): number | undefined {
  try {
    const value = scan(bytes, numbers, 0, number)
    return value !== undefined && value > 0 && value < Number.POSITIVE_INFINITY ? value : undefined
  } catch {
    return undefined
  }
}

/** Looks at nothing but the fields on the way. The last one counts, and a message that is there twice is merged (protobuf, "Encoding"). */
function scan(bytes: Uint8Array, numbers: readonly number[], depth: number, number: NumberReader): number | undefined {
  const reader = new BinaryReader(bytes)
  const isLast = depth === numbers.length - 1
  const wanted = isLast ? number.wire : WireType.LengthDelimited
  let value: number | undefined
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag()
    if (field !== numbers[depth] || wire !== wanted) reader.skip(wire, field)
    else if (isLast) value = number.read(reader)
    else value = scan(reader.bytes(), numbers, depth + 1, number) ?? value
  }
  return value
}
