import { MetadataName, formatTimeout } from '@spillway/call'
import { field, fieldList, type FieldList } from '@spillway/http2'

/** Texts that are remembered: calls of one turn that were given the same time say the same. */
const CAPACITY = 32

const known = new Map<string, FieldList>()
/** The latest answer: within a turn of the event loop most calls ask for the same time. */
const latest = { remainingMs: Number.NaN, fields: fieldList([]) }

/** `grpc-timeout` for that much time. The same object while the same text comes again and again. */
export function timeoutFields(remainingMs: number): FieldList {
  if (remainingMs === latest.remainingMs) return latest.fields
  const text = formatTimeout(remainingMs)
  latest.fields = known.get(text) ?? remember(text)
  latest.remainingMs = remainingMs
  return latest.fields
}

function remember(text: string): FieldList {
  if (known.size >= CAPACITY) known.clear()
  const fields = fieldList([field(MetadataName.timeout, text)])
  known.set(text, fields)
  return fields
}
