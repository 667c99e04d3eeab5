import type { FieldList } from '../field.ts'
import { copyOf } from './octet-cache.ts'

const MAX_LISTS = 64
const MAX_OCTETS = 256
const RECENT_LISTS = 8

/**
 * Remembers the octets of lists that were encoded without changing the table, by the identity of the list, for as long as
 * the table stays the same. A list gets in when it comes again among the last few, so that lists that are made for one call
 * are not kept.
 */
export class BlockMemory {
  readonly #blocks = new Map<FieldList, Block>()
  readonly #recent: (FieldList | undefined)[] = Array.from({ length: RECENT_LISTS }, () => undefined)
  #nextRecent = 0

  /** The octets that stand for the list at this version of the table, if they are known. */
  find(list: FieldList, version: number): Uint8Array | undefined {
    const block = this.#blocks.get(list)
    return block !== undefined && block.version === version ? block.octets : undefined
  }

  /** Tells the octets `[start, end)` of a list, after `find` did not know. */
  offer(list: FieldList, version: number, octets: Uint8Array, start: number, end: number): void {
    if (end - start > MAX_OCTETS) return
    if (!this.#cameBefore(list)) return
    if (this.#blocks.size >= MAX_LISTS) this.#blocks.clear()
    this.#blocks.set(list, { version, octets: copyOf(octets, start, end) })
  }

  #cameBefore(list: FieldList): boolean {
    if (this.#blocks.has(list) || this.#recent.includes(list)) return true
    this.#recent[this.#nextRecent] = list
    this.#nextRecent = (this.#nextRecent + 1) % RECENT_LISTS
    return false
  }
}

interface Block {
  readonly version: number
  readonly octets: Uint8Array
}
