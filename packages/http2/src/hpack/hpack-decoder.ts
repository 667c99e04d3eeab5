import type { FieldList } from '../field.ts'

/** What a decoder lets its peer do. */
export interface HpackLimits {
  /** Size of the dynamic table that our SETTINGS allow (SETTINGS_HEADER_TABLE_SIZE). */
  readonly maxTableBytes: number
  /** Largest decoded block: name, value and 32 for each field (as SETTINGS_MAX_HEADER_LIST_SIZE counts). */
  readonly maxBlockBytes: number
  /** Most fields in one block. */
  readonly maxFields: number
}

/** Which limit a block went beyond. It was read to its end, so the connection stays in step; its fields are dropped. */
export type BlockExcess = 'too_many_bytes' | 'too_many_fields'

/** Reads the header blocks of one direction of one connection, in the order in which they came. */
export class HpackDecoder {
  constructor(limits: HpackLimits) {
    void limits
  }

  /**
   * Decodes the complete block at `[start, end)`; the octets are not needed afterwards.
   * A block that repeats is likely to give the very same list again. Throws {@link HpackError} for a malformed one.
   */
  decode(block: Buffer, start: number, end: number): FieldList | BlockExcess {
    void [block, start, end]
    throw new Error('not there yet')
  }

  /**
   * The peer has acknowledged SETTINGS with a new table size. After a reduction below what it uses it owes a table size
   * update at the start of its next block.
   */
  setMaxTableBytes(maxTableBytes: number): void {
    void maxTableBytes
  }
}
