import type { CheckedFields, FieldList } from './field.ts'
import { fieldProblem, isPseudoValue, parseContentLength } from './field-rules.ts'

/** A request's header fields, found well-formed (RFC 9113, 8.3.1). */
export class RequestHead implements CheckedFields {
  readonly role = 'request'
  readonly fields: FieldList
  readonly method: string
  readonly path: string
  readonly scheme: string
  /** `:authority`, else `host`, else empty. */
  readonly authority: string
  /** Octets of content that were announced; -1 when they were not. */
  readonly contentLength: number
  /** Room for what the head's user derives from it alone: a head that comes again is the same object. */
  derived: object | undefined = undefined

  constructor(fields: FieldList, pseudo: PseudoFields, regular: RegularFields) {
    this.fields = fields
    this.method = pseudo.method
    this.path = pseudo.path
    this.scheme = pseudo.scheme
    this.authority = pseudo.authority === '' ? regular.host : pseudo.authority
    this.contentLength = regular.contentLength
  }
}

interface PseudoFields {
  method: string
  path: string
  scheme: string
  authority: string
  count: number
}

interface RegularFields {
  host: string
  contentLength: number
}

/** Path characters that no intermediary may let through: controls, space, fragment, anything past ASCII. */
const PATH = /^\/[!-"$-~]*$/

/** Checks a request's field list. Returns the head, or in words why the request is malformed. */
export function readRequestHead(list: FieldList): RequestHead | string {
  if (list.checked instanceof RequestHead) return list.checked
  const head = checkRequestHead(list)
  if (typeof head !== 'string') list.checked = head
  return head
}

function checkRequestHead(list: FieldList): RequestHead | string {
  const pseudo: PseudoFields = { method: '', path: '', scheme: '', authority: '', count: 0 }
  const problem = readPseudoFields(list, pseudo)
  if (problem !== undefined) return problem
  const regular: RegularFields = { host: '', contentLength: -1 }
  const other = readRegularFields(list, pseudo.count, regular)
  if (other !== undefined) return other
  if (regular.host !== '' && pseudo.authority !== '' && regular.host !== pseudo.authority) {
    return 'host differs from :authority'
  }
  return new RequestHead(list, pseudo, regular)
}

function readPseudoFields(list: FieldList, pseudo: PseudoFields): string | undefined {
  for (const field of list.fields) {
    if (!field.name.startsWith(':')) break
    if (!isPseudoValue(field.value)) return 'pseudo-header without a proper value'
    const key = PSEUDO_KEYS.get(field.name)
    if (key === undefined) return 'unknown pseudo-header in a request'
    if (pseudo[key] !== '') return 'duplicate pseudo-header'
    pseudo[key] = field.value
    pseudo.count++
  }
  if (pseudo.method === '' || pseudo.scheme === '' || pseudo.path === '') return 'pseudo-header missing'
  if (!PATH.test(pseudo.path) && pseudo.path !== '*') return 'path is not well-formed'
  return undefined
}

const PSEUDO_KEYS: ReadonlyMap<string, 'method' | 'path' | 'scheme' | 'authority'> = new Map([
  [':method', 'method'],
  [':path', 'path'],
  [':scheme', 'scheme'],
  [':authority', 'authority'],
])

function readRegularFields(list: FieldList, from: number, regular: RegularFields): string | undefined {
  for (let index = from; index < list.fields.length; index++) {
    const field = list.fields[index]
    if (field === undefined) continue
    const problem = fieldProblem(field)
    if (problem !== undefined) return field.name.startsWith(':') ? 'late pseudo-header' : problem
    if (field.name === 'host') {
      if (regular.host !== '' && regular.host !== field.value) return 'several hosts'
      regular.host = field.value
    } else if (field.name === 'content-length') {
      const length = parseContentLength(field.value)
      if (length < 0 || (regular.contentLength >= 0 && regular.contentLength !== length)) return 'bad content-length'
      regular.contentLength = length
    }
  }
  return undefined
}
