import { NO_SHARE, type Share } from '@spillway/budget'
import { fileURLToPath } from 'node:url'
import protobuf from 'protobufjs'

const root = protobuf.loadSync(fileURLToPath(import.meta.resolve('@spillway/proto/spillway/v1/lease.proto')))

/** More entries in one message are a mistake or an attack. */
export const MOST_ENTRIES = 4_096

/** More tiers in one list likewise. */
const MOST_TIERS = 16

/** A decoded message or a part of one; nothing in it has been looked at yet. */
export type Plain = Readonly<Record<string, unknown>>

/** One of the messages of lease.proto. */
export function messageType(name: string): protobuf.Type {
  return root.lookupType(`spillway.v1.${name}`)
}

/** Decodes a message; undefined when it is none of that type, or when one of its lists is too long. */
export function decode(type: protobuf.Type, bytes: Uint8Array): Plain | undefined {
  try {
    const plain: Plain = type.toObject(type.decode(bytes), { longs: Number, defaults: true, arrays: true })
    const isLong = Object.values(plain).some((value) => Array.isArray(value) && value.length > MOST_ENTRIES)
    return isLong ? undefined : plain
  } catch {
    return undefined
  }
}

/** The messages of a repeated field. */
export function list(value: unknown): readonly Plain[] {
  return Array.isArray(value) ? value.filter(isPlain) : []
}

/** A share; of nothing when the field is absent. */
export function share(value: unknown): Share {
  return isPlain(value) ? { rate: number(value['rate']), burst: number(value['burst']) } : NO_SHARE
}

/** A number, or NaN. */
export function number(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN
}

/** Numbers by tier. */
export function numbers(value: unknown): number[] {
  return Array.isArray(value) ? value.slice(0, MOST_TIERS).map(number) : []
}

/** A text, or the empty one. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** A message or a part of one, and no single value. */
export function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null
}
