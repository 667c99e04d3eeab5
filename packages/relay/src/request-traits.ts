import { MetadataName, OWN_PREFIX, parseTimeoutMs } from '@spillway/call'
import { field, fieldList, type Field, type FieldList, type RequestHead } from '@spillway/http2'
import { isCall, isGrpcContent } from './grpc-rules.ts'

/** Why a request cannot be relayed at all. */
export type RequestFault = 'not_a_call' | 'not_grpc' | 'bad_timeout'

/** What follows from a request's head alone. Worked out once per head: calls that look alike share it. */
export class RequestTraits {
  readonly fault: RequestFault | undefined
  /** What its own `grpc-timeout` allows; Infinity without one. */
  readonly allowedMs: number
  readonly contentType: string
  readonly #fields: FieldList
  #kept: FieldList | undefined
  #stripped: FieldList | undefined
  #own: FieldList | undefined
  #added: FieldList | undefined
  #joined: FieldList | undefined

  private constructor(head: RequestHead) {
    const timeout = head.fields.get(MetadataName.timeout)
    const allowedMs = timeout === undefined ? Number.POSITIVE_INFINITY : parseTimeoutMs(timeout)
    const contentType = head.fields.get('content-type')
    this.#fields = head.fields
    this.contentType = contentType ?? 'application/grpc'
    this.allowedMs = allowedMs ?? 0
    if (!isCall(head)) this.fault = 'not_a_call'
    else if (!isGrpcContent(contentType)) this.fault = 'not_grpc'
    else this.fault = allowedMs === undefined ? 'bad_timeout' : undefined
  }

  static of(head: RequestHead): RequestTraits {
    if (head.derived instanceof RequestTraits) return head.derived
    const traits = new RequestTraits(head)
    head.derived = traits
    return traits
  }

  /**
   * The peer's own fields, in order, less `grpc-timeout` and, if `isStripped`, less those of our prefix, members of the
   * baggage included. The same object each time unless `path` replaces theirs.
   */
  forwardable(isStripped: boolean, path: string | undefined): FieldList {
    if (path !== undefined) return without(this.#fields, isStripped, path)
    if (isStripped) return (this.#stripped ??= without(this.#fields, true, undefined))
    return (this.#kept ??= without(this.#fields, false, undefined))
  }

  /**
   * Both lists as one, `own` first: once the same two come again for this head, so that nothing is made for a head that comes
   * once. Undefined before that.
   */
  joined(own: FieldList, added: FieldList): FieldList | undefined {
    if (added.fields.length === 0) return own
    if (own === this.#own && added === this.#added) {
      return (this.#joined ??= fieldList([...own.fields, ...added.fields]))
    }
    this.#own = own
    this.#added = added
    this.#joined = undefined
    return undefined
  }
}

function without(request: FieldList, isStripped: boolean, path: string | undefined): FieldList {
  const fields: Field[] = []
  for (const each of request.fields) {
    if (each.name === ':path' && path !== undefined) fields.push(field(':path', path))
    else if (isStripped && each.name === 'baggage') fields.push(...strippedBaggage(each))
    else if (each.name !== MetadataName.timeout && !(isStripped && each.name.startsWith(OWN_PREFIX))) fields.push(each)
  }
  const isSame =
    fields.length === request.fields.length && fields.every((each, index) => each === request.fields[index])
  return isSame ? request : fieldList(fields)
}

/** W3C baggage without the members of our prefix; nothing when there are no others. What has none stays as it is. */
function strippedBaggage(baggage: Field): readonly Field[] {
  if (!baggage.value.includes(OWN_PREFIX)) return [baggage]
  const members = baggage.value.split(',').filter((member) => !member.trimStart().startsWith(OWN_PREFIX))
  return members.length === 0 ? [] : [field(baggage.name, members.join(','), baggage.isNeverIndexed)]
}
