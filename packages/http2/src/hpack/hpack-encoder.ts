import type { Field, FieldList } from '../field.ts'
import { BlockMemory } from './block-memory.ts'
import { DynamicTable, fieldBytes } from './dynamic-table.ts'
import { FieldIndex, NOWHERE, indexOfPlace, type NameRecord } from './field-index.ts'
import { huffmanBytes, writeHuffman } from './huffman-encoder.ts'
import type { IndexingPolicy } from './indexing-policy.ts'
import { writeInteger } from './integer.ts'

/** How an encoder uses its table; every part has a default. */
export interface HpackEncoderOptions {
  /** The most that our side spends on the table, whatever the peer allows. Default 4,096. */
  readonly maxTableBytes?: number
  /** Default `repeated`. */
  readonly indexing?: IndexingPolicy
}

/** What a peer allows before its SETTINGS have come (RFC 9113, 6.5.2). */
const INITIAL_TABLE_BYTES = 4_096
/** An entry takes at most this part of the table, so that a long value does not empty it. */
const MAX_ENTRY_PART = 1 / 4
const NO_CHANGE = Number.POSITIVE_INFINITY

/**
 * Writes the header blocks of one direction of one connection, in the order in which they are sent.
 *
 * Never-indexed fields stay never-indexed. What enters the table is told by {@link IndexingPolicy}.
 */
export class HpackEncoder {
  readonly #table: DynamicTable
  readonly #index: FieldIndex
  readonly #blocks = new BlockMemory()
  readonly #ownMaxTableBytes: number
  /** The smallest size wanted since the last block; {@link NO_CHANGE} when none was. */
  #smallestTableBytes = NO_CHANGE
  #wantedTableBytes = INITIAL_TABLE_BYTES
  /** The block that is being written has a value that will enter the table when it comes again. */
  #isProvisional = false

  constructor(options: HpackEncoderOptions = {}) {
    const { maxTableBytes = INITIAL_TABLE_BYTES, indexing = 'repeated' } = options
    this.#ownMaxTableBytes = maxTableBytes
    const index = new FieldIndex(indexing)
    this.#index = index
    this.#table = new DynamicTable(INITIAL_TABLE_BYTES, (field, serial) => index.removed(field, serial))
    if (maxTableBytes < INITIAL_TABLE_BYTES) this.setPeerMaxTableBytes(INITIAL_TABLE_BYTES)
  }

  /**
   * Writes the block of `list` into `out` from `offset` on and returns where it ends. There must be room for
   * {@link encodedBound} octets. Cheapest when the same list object comes again. Throws a RangeError when `out` was too
   * small, or for a character that is no octet; both are bugs of the caller and leave the encoder unusable.
   */
  encode(list: FieldList, out: Buffer, offset: number): number {
    const start = this.#smallestTableBytes === NO_CHANGE ? offset : this.#writeSizeUpdates(out, offset)
    const version = this.#table.version
    const known = this.#blocks.find(list, version)
    if (known) return checked(writeOctets(known, out, start), out)
    this.#isProvisional = false
    let position = start
    for (const field of list.fields) position = this.#writeField(field, out, position)
    if (this.#table.version === version && !this.#isProvisional) this.#blocks.offer(list, version, out, start, position)
    return checked(position, out)
  }

  /** The peer's SETTINGS_HEADER_TABLE_SIZE, to be obeyed from the next block on. 4,096 until then. */
  setPeerMaxTableBytes(maxTableBytes: number): void {
    this.#wantedTableBytes = Math.min(maxTableBytes, this.#ownMaxTableBytes)
    this.#smallestTableBytes = Math.min(this.#smallestTableBytes, this.#wantedTableBytes)
  }

  /** Says the smallest size in between, which the peer's table went through, and then the last (RFC 7541, 4.2). */
  #writeSizeUpdates(out: Buffer, offset: number): number {
    let position = offset
    if (this.#smallestTableBytes < this.#table.maxBytes) {
      position = this.#writeSizeUpdate(this.#smallestTableBytes, out, position)
    }
    if (this.#wantedTableBytes !== this.#table.maxBytes) {
      position = this.#writeSizeUpdate(this.#wantedTableBytes, out, position)
    }
    this.#smallestTableBytes = NO_CHANGE
    return position
  }

  #writeSizeUpdate(maxBytes: number, out: Buffer, offset: number): number {
    this.#table.resize(maxBytes)
    return writeInteger(out, offset, 0x20, 5, maxBytes)
  }

  #writeField(field: Field, out: Buffer, offset: number): number {
    const record = this.#index.recordOf(field.name)
    if (field.isNeverIndexed) return this.#writeLiteral(field, record, 0x10, 4, out, offset)
    const place = record.places.get(field.value)
    if (place !== undefined) return writeInteger(out, offset, 0x80, 7, indexOfPlace(place, this.#table.inserted))
    if (!this.#shouldEnter(field, record)) return this.#writeLiteral(field, record, 0, 4, out, offset)
    const position = this.#writeLiteral(field, record, 0x40, 6, out, offset)
    this.#table.insert(field)
    this.#index.added(record, field, this.#table.inserted - 1)
    return position
  }

  #shouldEnter(field: Field, record: NameRecord): boolean {
    const bytes = fieldBytes(field)
    if (record.entrance === 'at_once') return bytes <= this.#table.maxBytes
    if (record.entrance === 'never' || bytes > this.#table.maxBytes * MAX_ENTRY_PART) return false
    if (record.entrance === 'repeated_name' && record.namePlace !== NOWHERE) return false
    const isRepeated = record.entrance === 'repeated_name' ? record.sawNameBefore() : record.sawBefore(field.value)
    this.#isProvisional ||= !isRepeated
    return isRepeated
  }

  #writeLiteral(
    field: Field,
    record: NameRecord,
    flags: number,
    prefixBits: number,
    out: Buffer,
    offset: number,
  ): number {
    const nameIndex = record.namePlace === NOWHERE ? 0 : indexOfPlace(record.namePlace, this.#table.inserted)
    let position = writeInteger(out, offset, flags, prefixBits, nameIndex)
    if (nameIndex === 0) position = writeString(field.name, out, position)
    return writeString(field.value, out, position)
  }
}

/** The most octets that the block of these fields can take, table size updates included. Worked out once for each list. */
export function encodedBound(list: FieldList): number {
  return (list.encodedBound ??= boundOf(list.fields))
}

function boundOf(fields: readonly Field[]): number {
  let bytes = MAX_SIZE_UPDATES_BYTES
  for (const field of fields) bytes += field.name.length + field.value.length + MAX_FIELD_OVERHEAD
  return bytes
}

const MAX_INTEGER_BYTES = 6
const MAX_SIZE_UPDATES_BYTES = 2 * MAX_INTEGER_BYTES
/** The first octet of a literal, and the lengths of its two strings. */
const MAX_FIELD_OVERHEAD = 1 + 2 * MAX_INTEGER_BYTES

function writeString(text: string, out: Buffer, offset: number): number {
  const bytes = huffmanBytes(text)
  if (bytes > text.length || bytes === 0) {
    const position = writeInteger(out, offset, 0, 7, text.length)
    return writeLatin1(text, out, position)
  }
  return writeHuffman(text, out, writeInteger(out, offset, 0x80, 7, bytes))
}

function writeLatin1(text: string, out: Buffer, offset: number): number {
  for (let index = 0; index < text.length; index++) out[offset + index] = text.charCodeAt(index)
  return offset + text.length
}

function writeOctets(octets: Uint8Array, out: Buffer, offset: number): number {
  for (let index = 0; index < octets.length; index++) out[offset + index] = octets[index] ?? 0
  return offset + octets.length
}

function checked(end: number, out: Buffer): number {
  if (end > out.length) throw new RangeError(`a block ends at ${end}, the buffer at ${out.length}`)
  return end
}
