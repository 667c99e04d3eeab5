import type { Field, FieldList } from '../field.ts'

/** Writes the header blocks of one direction of one connection, in the order in which they are sent. */
export class HpackEncoder {
  /**
   * Writes the block of `list` into `out` from `offset` on and returns where it ends. There must be room for
   * {@link encodedBound} octets. Cheapest when the same list object comes again.
   */
  encode(list: FieldList, out: Buffer, offset: number): number {
    void [list, out]
    return offset
  }

  /** The peer's SETTINGS_HEADER_TABLE_SIZE, to be obeyed from the next block on. 4,096 until then. */
  setPeerMaxTableBytes(maxTableBytes: number): void {
    void maxTableBytes
  }
}

/** The most octets that the block of these fields can take, table size updates included. */
export function encodedBound(fields: readonly Field[]): number {
  let bytes = 0
  for (const field of fields) bytes += field.name.length + field.value.length
  return bytes
}
