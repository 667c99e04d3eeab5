import { BAGGAGE, MetadataName, OWN_PREFIX } from '@spillway/call'
import { field, fieldList, type Field, type FieldList } from '@spillway/http2'

/**
 * What calls of one connection have in common whose heads are the same but for the time that they have. HPACK hands out the
 * same object for the same table entry, so that a caller's calls of one method mostly are alike, though hardly any two
 * deadlines are.
 */
export class Likeness {
  readonly contentType: string
  /** Room for what the handler finds out about such calls, the connection's peer included. */
  note: unknown = undefined
  readonly #fields: FieldList
  #stripped: FieldList | undefined
  readonly #joined = new JoinedLists()
  readonly #timed = new JoinedLists()

  constructor(head: FieldList) {
    this.#fields = withoutTimeout(head)
    this.contentType = head.get('content-type') ?? 'application/grpc'
  }

  /** Whether those fields are its own, object for object, whatever their `grpc-timeout`. */
  isOf({ fields }: FieldList): boolean {
    const own = this.#fields.fields
    let matched = 0
    for (const each of fields) {
      if (each === own[matched]) matched++
      else if (each.name !== MetadataName.timeout) return false
    }
    return matched === own.length
  }

  /**
   * The peer's own fields, in order, less `grpc-timeout` and, if `isStripped`, less those of our prefix, members of the
   * baggage included. The same object each time unless `path` replaces theirs.
   */
  forwardable(isStripped: boolean, path: string | undefined): FieldList {
    if (path !== undefined) return changed(this.#fields, isStripped, path)
    return isStripped ? (this.#stripped ??= changed(this.#fields, true, undefined)) : this.#fields
  }

  /** All of them in one block: in one list if the same three came for the call before, else in parts. */
  parts(own: FieldList, added: FieldList, timeout: FieldList): FieldList[] {
    const joined = this.#joined.of(own, added)
    if (joined === undefined) return [own, added, timeout]
    const timed = this.#timed.of(joined, timeout)
    return timed === undefined ? [joined, timeout] : [timed]
  }
}

/** Two lists that mostly are the same two again, as one list. */
class JoinedLists {
  #first: FieldList | undefined
  #second: FieldList | undefined
  #joined: FieldList | undefined

  /** Both as one: once the same two come again, so that nothing is made for what comes once. Undefined before that. */
  of(first: FieldList, second: FieldList): FieldList | undefined {
    if (second.fields.length === 0) return first
    if (first === this.#first && second === this.#second) {
      return (this.#joined ??= fieldList([...first.fields, ...second.fields]))
    }
    this.#first = first
    this.#second = second
    this.#joined = undefined
    return undefined
  }
}

/** So many for each connection: its busiest methods, or one with different metadata. */
const KEPT = 4
/** Heads with more octets are not kept, since callers choose them. */
const MAX_KEPT_BYTES = 2_048

/** The latest kinds of calls on one connection. */
export class Likenesses {
  readonly #kept: Likeness[] = []
  #next = 0

  /** The one that the head is of; a new one takes the place of the oldest. */
  of(head: FieldList): Likeness {
    for (const likeness of this.#kept) if (likeness.isOf(head)) return likeness
    const created = new Likeness(head)
    if (bytesOf(head) > MAX_KEPT_BYTES) return created
    this.#kept[this.#next] = created
    this.#next = (this.#next + 1) % KEPT
    return created
  }
}

function bytesOf({ fields }: FieldList): number {
  return fields.reduce((sum, { name, value }) => sum + name.length + value.length, 0)
}

function withoutTimeout(head: FieldList): FieldList {
  if (head.get(MetadataName.timeout) === undefined) return head
  return fieldList(head.fields.filter(({ name }) => name !== MetadataName.timeout))
}

function changed(own: FieldList, isStripped: boolean, path: string | undefined): FieldList {
  const fields: Field[] = []
  for (const each of own.fields) {
    if (each.name === ':path' && path !== undefined) fields.push(field(':path', path))
    else if (isStripped && each.name === BAGGAGE) fields.push(...strippedBaggage(each))
    else if (!(isStripped && each.name.startsWith(OWN_PREFIX))) fields.push(each)
  }
  const isSame = fields.length === own.fields.length && fields.every((each, index) => each === own.fields[index])
  return isSame ? own : fieldList(fields)
}

/** W3C baggage without the members of our prefix; nothing when there are no others. What has none stays as it is. */
function strippedBaggage(baggage: Field): readonly Field[] {
  if (!baggage.value.includes(OWN_PREFIX)) return [baggage]
  const members = baggage.value.split(',').filter((member) => !member.trimStart().startsWith(OWN_PREFIX))
  return members.length === 0 ? [] : [field(baggage.name, members.join(','), baggage.isNeverIndexed)]
}
