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
}
