import type { CheckedFields, FieldList } from './field.ts'
import { fieldProblem } from './field-rules.ts'

/** A trailer list that was found well-formed. */
class CheckedTrailers implements CheckedFields {
  readonly role = 'trailers'
  readonly bytes: number

  constructor(bytes: number) {
    this.bytes = bytes
  }
}

/**
 * Checks a trailer list (RFC 9113, 8.1). `malformed` takes precedence over `too_large`; undefined: nothing is wrong.
 * Size is counted as SETTINGS_MAX_HEADER_LIST_SIZE does, 32 octets on top for each field.
 */
export function trailersProblem(list: FieldList, maxBytes: number): 'malformed' | 'too_large' | undefined {
  const checked = list.checked instanceof CheckedTrailers ? list.checked : checkTrailers(list)
  if (checked === undefined) return 'malformed'
  return checked.bytes > maxBytes ? 'too_large' : undefined
}

function checkTrailers(list: FieldList): CheckedTrailers | undefined {
  let bytes = 0
  for (const field of list.fields) {
    if (fieldProblem(field) !== undefined) return undefined
    bytes += field.name.length + field.value.length + 32
  }
  const checked = new CheckedTrailers(bytes)
  list.checked = checked
  return checked
}
