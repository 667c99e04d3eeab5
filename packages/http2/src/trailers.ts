import type { FieldList } from './field.ts'
import { fieldProblem } from './field-rules.ts'

/** In words why a trailer list is malformed (RFC 9113, 8.1), or undefined when it is not. */
export function trailersProblem(list: FieldList, maxBytes: number): string | undefined {
  let bytes = 0
  for (const field of list.fields) {
    bytes += field.name.length + field.value.length + 32
    if (bytes > maxBytes) return 'trailers too large'
    const problem = fieldProblem(field)
    if (problem !== undefined) return problem
  }
  return undefined
}
