import { MetadataName, formatTimeout } from '@spillway/call'
import { field, fieldList, type FieldList } from '@spillway/http2'

/** Texts that are remembered: calls of one turn that were given the same time say the same. */
const CAPACITY = 32

const known = new Map<string, FieldList>()
/** The latest answer: within a turn of the event loop most calls ask for the same time. */
const latest = { remainingMs: Number.NaN, fields: fieldList([]) }
/** From here on whole milliseconds are said: a thousandth at most is lost, and calls of one method mostly say the same. */
const ROUNDED_MS = 1_000

const NONE = fieldList([])

/** `grpc-timeout` for that much time, never for more; none for Infinity. The same object while the same text comes again and again. */
export function timeoutFields(remainingMs: number): FieldList {
  if (remainingMs === Number.POSITIVE_INFINITY) return NONE
  const toldMs = remainingMs < ROUNDED_MS ? remainingMs : Math.floor(remainingMs)
  if (toldMs === latest.remainingMs) return latest.fields
  const text = formatTimeout(toldMs)
  latest.fields = known.get(text) ?? remember(text)
  latest.remainingMs = toldMs
  return latest.fields
}

function remember(text: string): FieldList {
  if (known.size >= CAPACITY) known.clear()
  const fields = fieldList([field(MetadataName.timeout, text)])
  known.set(text, fields)
  return fields
}
