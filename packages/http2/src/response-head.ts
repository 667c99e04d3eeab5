import type { CheckedFields, FieldList } from './field.ts'
import { fieldProblem, parseContentLength } from './field-rules.ts'

/** What a client must know of a response's header fields (RFC 9113, 8.3.2). */
export class ResponseHead implements CheckedFields {
  readonly role = 'response'
  readonly status: number
  /** Octets of content that were announced; -1 when they were not. */
  readonly contentLength: number

  constructor(status: number, contentLength: number) {
    this.status = status
    this.contentLength = contentLength
  }
}

/** Checks a response's field list. Returns the head, or in words why the response is malformed. */
export function readResponseHead(list: FieldList): ResponseHead | string {
  if (list.checked instanceof ResponseHead) return list.checked
  const head = checkResponseHead(list)
  if (typeof head !== 'string') list.checked = head
  return head
}

function checkResponseHead(list: FieldList): ResponseHead | string {
  const first = list.fields[0]
  if (first === undefined || first.name !== ':status') return 'no :status in front'
  if (!/^[1-5]\d\d$/.test(first.value) || first.value === '101') return 'bad :status'
  let contentLength = -1
  for (let index = 1; index < list.fields.length; index++) {
    const field = list.fields[index]
    if (field === undefined) continue
    const problem = fieldProblem(field)
    if (problem !== undefined) return field.name.startsWith(':') ? 'more than one pseudo-header' : problem
    if (field.name === 'content-length') {
      const length = parseContentLength(field.value)
      if (length < 0 || (contentLength >= 0 && contentLength !== length)) return 'bad content-length'
      contentLength = length
    }
  }
  return new ResponseHead(Number(first.value), contentLength)
}
