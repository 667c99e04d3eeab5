import { celType, isCelUint, type CelValue } from '@bufbuild/cel'
import { toBinary, type DescMessage } from '@bufbuild/protobuf'
import { isReflectMessage } from '@bufbuild/protobuf/reflect'

/** What an expression is to yield. */
export interface CelType<T> {
  /** For people: `a bool`. */
  readonly name: string
  /** The value as we use it, or undefined when CEL yielded something else. */
  convert(value: CelValue): T | undefined
}

/** A condition. */
export const BOOL: CelType<boolean> = {
  name: 'a bool',
  convert: (value) => (typeof value === 'boolean' ? value : undefined),
}

/** A key. */
export const STRING: CelType<string> = {
  name: 'a string',
  convert: (value) => (typeof value === 'string' ? value : undefined),
}

/** A cost: int, uint or double, finite and not negative. */
export const COST: CelType<number> = {
  name: 'a number that is not negative',
  convert: (value) => {
    const number = numberOf(value)
    return number !== undefined && number >= 0 && number < Number.POSITIVE_INFINITY ? number : undefined
  },
}

function numberOf(value: CelValue): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  return isCelUint(value) ? Number(value.value) : undefined
}

/** A message of that type, serialised. */
export function messageType(schema: DescMessage): CelType<Uint8Array> {
  return {
    name: `a ${schema.typeName}`,
    convert: (value) => (isReflectMessage(value, schema) ? toBinary(schema, value.message) : undefined),
  }
}

/** What a value is, for people: `5 (int)`, `bank.v1.ScoreReply`. */
export function shownValue(value: CelValue): string {
  const { name } = celType(value)
  const isScalar = typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint'
  return isScalar ? `${String(value)} (${name})` : name
}
