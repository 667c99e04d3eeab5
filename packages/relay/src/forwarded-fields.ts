import { fieldList, type Field, type FieldList } from '@spillway/http2'
import type { Forwarding } from './exchange.ts'
import type { Likeness } from './likeness.ts'
import { timeoutFields } from './timeout-fields.ts'

/**
 * The request's fields as they leave: what is left of the peer's own, then what `forwarding` adds, then the time that is
 * left. In parts, so that those that repeat are known again by identity.
 */
export function forwardedParts(
  likeness: Likeness,
  { isStripped, path, added }: Forwarding,
  remainingMs: number,
): FieldList[] {
  return likeness.parts(likeness.forwardable(isStripped, path), added, timeoutFields(remainingMs))
}

/** The answer's initial metadata as it leaves: `marks` behind its pseudo-header, in front of all else. */
export function answeredParts(answer: FieldList, marks: readonly Field[]): FieldList[] {
  if (marks.length === 0) return [answer]
  return [fieldList(answer.fields.slice(0, 1)), fieldList(marks), fieldList(answer.fields.slice(1))]
}
