import type { FieldList } from './field.ts'
import { fieldProblem } from './field-rules.ts'

/** In words why a trailer list is malformed (RFC 9113, 8.1), or undefined when it is not. */
export function trailersProblem(list: FieldList): string | undefined {
  for (const field of list.fields) {
    const problem = fieldProblem(field)
    if (problem !== undefined) return problem
  }
  return undefined
}

/** Size of a field list as SETTINGS_MAX_HEADER_LIST_SIZE counts it (RFC 9113, 6.5.2). */
export function fieldListBytes(list: FieldList): number {
  let bytes = 0
  for (const field of list.fields) bytes += field.name.length + field.value.length + 32
  return bytes
}
