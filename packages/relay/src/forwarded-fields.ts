import { MetadataName, OWN_PREFIX, formatTimeout } from '@spillway/call'
import { field, fieldList, type Field, type FieldList } from '@spillway/http2'
import type { Forwarding } from './exchange.ts'

/**
 * The request's fields as they leave: the peer's own, in order, less what `forwarding` strips and less `grpc-timeout`,
 * then what it adds, then the time that is left. In parts, so that those that repeat are known again by identity.
 */
export function forwardedParts(request: FieldList, forwarding: Forwarding, remainingMs: number): FieldList[] {
  const parts = [forwardedBase(request, forwarding.isStripped, forwarding.path)]
  if (forwarding.added.length > 0) parts.push(addedList(forwarding.added))
  if (remainingMs !== Number.POSITIVE_INFINITY) {
    parts.push(fieldList([field(MetadataName.timeout, formatTimeout(remainingMs))]))
  }
  return parts
}

function forwardedBase(request: FieldList, isStripped: boolean, path: string | undefined): FieldList {
  const fields: Field[] = []
  let isSame = true
  for (const each of request.fields) {
    if (each.name === MetadataName.timeout || (isStripped && each.name.startsWith(OWN_PREFIX))) {
      isSame = false
    } else if (each.name === ':path' && path !== undefined) {
      isSame = false
      fields.push(field(':path', path))
    } else fields.push(each)
  }
  return isSame ? request : fieldList(fields)
}

function addedList(added: readonly Field[]): FieldList {
  return fieldList(added)
}

/** The answer's initial metadata as it leaves: `marks` behind its pseudo-header, in front of all else. */
export function answeredParts(answer: FieldList, marks: readonly Field[]): FieldList[] {
  if (marks.length === 0) return [answer]
  return [fieldList(answer.fields.slice(0, 1)), fieldList(marks), fieldList(answer.fields.slice(1))]
}
