/**
 * One header or trailer field as it travelled. Immutable and shared: HPACK hands out the same object for the same table
 * entry again and again, so identity may serve as a fast test of equality (never of inequality).
 */
export interface Field {
  /** Lower case. */
  readonly name: string
  /** The octets as one latin1 string: lossless, whatever they were. */
  readonly value: string
  /** A never-indexed literal (RFC 7541, 6.2.3): every hop must keep it one. */
  readonly isNeverIndexed: boolean
}

/**
 * The fields of one header block, in order, duplicates kept. Immutable and shared: a block that repeats may be the same
 * object, so what is derived from it alone can be remembered by identity.
 */
export interface FieldList {
  readonly fields: readonly Field[]
  /** The first value of that name, or undefined. */
  get(name: string): string | undefined
  /** Room for what this package has found out about the list, so that a list that comes again is not checked again. */
  checked?: CheckedFields | undefined
  /** The same, for how much room the list can take. */
  encodedBound?: number | undefined
}

/** What a check of a field list has found; see `FieldList.checked`. */
export interface CheckedFields {
  readonly role: 'request' | 'response' | 'trailers'
}

/** Makes a field. The name must be lower case; both parts hold one octet per character. */
export function field(name: string, value: string, isNeverIndexed = false): Field {
  return new HeaderField(name, value, isNeverIndexed)
}

/** Wraps fields into a list. Takes the array over: it must not change afterwards. */
export function fieldList(fields: readonly Field[]): FieldList {
  return new HeaderFields(fields)
}

/** A class, so that every field has the same shape in the engine's eyes. */
class HeaderField implements Field {
  readonly name: string
  readonly value: string
  readonly isNeverIndexed: boolean

  constructor(name: string, value: string, isNeverIndexed: boolean) {
    this.name = name
    this.value = value
    this.isNeverIndexed = isNeverIndexed
  }
}

/** A list that was asked so often serves more than one call: from then on it remembers its answers. */
const ASKED_OFTEN = 16
/** Names whose answers a list remembers, those that it does not have included; others are looked up each time. */
const MAX_REMEMBERED = 32

class HeaderFields implements FieldList {
  readonly fields: readonly Field[]
  checked: CheckedFields | undefined = undefined
  encodedBound: number | undefined = undefined
  #asked = 0
  /** By name; null for a name that the list does not have. */
  #answers: Map<string, string | null> | undefined = undefined

  constructor(fields: readonly Field[]) {
    this.fields = fields
  }

  get(name: string): string | undefined {
    const known = this.#answers?.get(name)
    return known === undefined ? this.#lookUp(name) : (known ?? undefined)
  }

  #lookUp(name: string): string | undefined {
    const value = this.#search(name)
    if (this.#asked++ < ASKED_OFTEN) return value
    this.#answers ??= new Map()
    if (this.#answers.size < MAX_REMEMBERED) this.#answers.set(name, value ?? null)
    return value
  }

  #search(name: string): string | undefined {
    for (const field of this.fields) if (field.name === name) return field.value
    return undefined
  }
}
