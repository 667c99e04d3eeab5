import { field, fieldList, type Field, type FieldList } from '../field.ts'
import { BlockReader } from './block-reader.ts'
import { DynamicTable, fieldBytes } from './dynamic-table.ts'
import { HpackError } from './hpack-error.ts'
import { OctetCache, hashOf } from './octet-cache.ts'
import { STATIC_ENTRIES, STATIC_TABLE } from './static-table.ts'

/** What a decoder lets its peer do. */
export interface HpackLimits {
  /** Size of the dynamic table at the start: 4,096 octets in HTTP/2, until SETTINGS are acknowledged. */
  readonly maxTableBytes: number
  /** Largest decoded block: name, value and 32 for each field (as SETTINGS_MAX_HEADER_LIST_SIZE counts). */
  readonly maxBlockBytes: number
  /** Most fields in one block. */
  readonly maxFields: number
}

/** Which limit a block went beyond. It was read to its end, so the connection stays in step; its fields are dropped. */
export type BlockExcess = 'too_many_bytes' | 'too_many_fields'

/** One for the smallest size between two blocks and one for the last (RFC 7541, 4.2). */
const MAX_SIZE_UPDATES = 2
const BLOCK_SLOTS = 64
const MAX_CACHED_BLOCK = 256
const NOTHING_OWED = Number.POSITIVE_INFINITY

/**
 * Reads the header blocks of one direction of one connection, in the order in which they came.
 *
 * A block that leaves the table as it was depends on nothing but its octets and the table. Such blocks are remembered, so
 * that one that comes again gives the same list again: most calls of a busy connection look alike.
 */
export class HpackDecoder {
  readonly #limits: HpackLimits
  readonly #table: DynamicTable
  readonly #reader = new BlockReader()
  readonly #blocks = new OctetCache<FieldList>(BLOCK_SLOTS, MAX_CACHED_BLOCK)
  #maxTableBytes: number
  /** The smallest size that a reduction asked for and no update has confirmed yet. */
  #owedTableBytes = NOTHING_OWED

  constructor(limits: HpackLimits) {
    this.#limits = limits
    this.#maxTableBytes = limits.maxTableBytes
    this.#table = new DynamicTable(limits.maxTableBytes, () => {})
  }

  /**
   * Decodes the complete block at `[start, end)`; the octets are not needed afterwards.
   * A block that repeats is likely to give the very same list again. Throws {@link HpackError} for a malformed one.
   */
  decode(block: Buffer, start: number, end: number): FieldList | BlockExcess {
    if (end - start > MAX_CACHED_BLOCK || this.#owedTableBytes !== NOTHING_OWED) return this.#read(block, start, end)
    const hash = hashOf(block, start, end)
    const version = this.#table.version
    const known = this.#blocks.find(hash, block, start, end, version)
    if (known !== undefined) return known
    const list = this.#read(block, start, end)
    if (typeof list === 'object' && this.#table.version === version) {
      this.#blocks.offer(hash, block, start, end, version, list)
    }
    return list
  }

  /**
   * The peer has acknowledged SETTINGS with a new table size. After a reduction below what it uses it owes a table size
   * update at the start of its next block.
   */
  setMaxTableBytes(maxTableBytes: number): void {
    this.#maxTableBytes = maxTableBytes
    if (maxTableBytes < this.#table.maxBytes) this.#owedTableBytes = Math.min(this.#owedTableBytes, maxTableBytes)
  }

  #read(block: Buffer, start: number, end: number): FieldList | BlockExcess {
    this.#reader.open(block, start, end)
    this.#readSizeUpdates()
    const fields: Field[] = []
    let bytes = 0
    let count = 0
    while (!this.#reader.isAtEnd) {
      const next = this.#readField()
      bytes += fieldBytes(next)
      count++
      if (count <= this.#limits.maxFields && bytes <= this.#limits.maxBlockBytes) fields.push(next)
    }
    this.#reader.close()
    if (bytes > this.#limits.maxBlockBytes) return 'too_many_bytes'
    return count > this.#limits.maxFields ? 'too_many_fields' : fieldList(fields)
  }

  #readSizeUpdates(): void {
    for (let updates = 0; isSizeUpdate(this.#reader.peek()); updates++) {
      if (updates === MAX_SIZE_UPDATES) throw new HpackError('a block starts with more than two table size updates')
      const maxBytes = this.#reader.readInteger(5)
      if (maxBytes > this.#maxTableBytes) throw new HpackError('a table size update goes beyond the limit')
      if (maxBytes <= this.#owedTableBytes) this.#owedTableBytes = NOTHING_OWED
      this.#table.resize(maxBytes)
    }
    if (this.#owedTableBytes !== NOTHING_OWED) throw new HpackError('the table size was reduced without an update')
  }

  /** Reads one field in any of its forms (RFC 7541, 6), told apart by the first bits of its first octet. */
  #readField(): Field {
    const first = this.#reader.peek()
    if (first >= 0x80) return this.#entry(this.#reader.readInteger(7))
    if (first >= 0x40) return this.#readIndexedLiteral()
    if (first >= 0x20) throw new HpackError('a table size update stands behind a field')
    return this.#readLiteral(4, first >= 0x10)
  }

  #readIndexedLiteral(): Field {
    const literal = this.#readLiteral(6, false)
    this.#table.insert(literal)
    return literal
  }

  #readLiteral(prefixBits: number, isNeverIndexed: boolean): Field {
    const nameIndex = this.#reader.readInteger(prefixBits)
    const name = nameIndex === 0 ? this.#reader.readString() : this.#entry(nameIndex).name
    return field(name, this.#reader.readString(), isNeverIndexed)
  }

  #entry(index: number): Field {
    const entry = index <= STATIC_ENTRIES ? STATIC_TABLE[index - 1] : this.#table.at(index - STATIC_ENTRIES - 1)
    if (!entry) throw new HpackError('an index refers to no entry')
    return entry
  }
}

function isSizeUpdate(octet: number): boolean {
  return octet >= 0x20 && octet < 0x40
}
