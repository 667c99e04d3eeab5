import type { Field } from '../field.ts'

/** What a field takes in a table and in a list's size (RFC 7541, 4.1). */
export function fieldBytes(field: Field): number {
  return field.name.length + field.value.length + 32
}

/** The dynamic table (RFC 7541, 2.3.2): first in, first out, bounded by size. The newest entry stands at 0. */
export class DynamicTable {
  #ring: (Field | undefined)[] = [undefined, undefined, undefined, undefined]
  #inserted = 0
  #count = 0
  #bytes = 0
  #maxBytes: number
  #version = 0
  readonly #evicted: (field: Field, serial: number) => void

  /** `evicted` hears of every entry that leaves, with the number it got from `insert`. */
  constructor(maxBytes: number, evicted: (field: Field, serial: number) => void) {
    this.#maxBytes = maxBytes
    this.#evicted = evicted
  }

  get count(): number {
    return this.#count
  }

  get bytes(): number {
    return this.#bytes
  }

  get maxBytes(): number {
    return this.#maxBytes
  }

  /** A number that is another one after every change, of entries or of size. */
  get version(): number {
    return this.#version
  }

  /** How many entries were ever inserted: the serial number that the next one gets. */
  get inserted(): number {
    return this.#inserted
  }

  /** The entry at `index`, or undefined beyond the last. */
  at(index: number): Field | undefined {
    return index < this.#count ? this.#ring[(this.#inserted - 1 - index) & (this.#ring.length - 1)] : undefined
  }

  /** Puts a field in front. One that is larger than the table empties it and does not get in (RFC 7541, 4.4). */
  insert(field: Field): void {
    const bytes = fieldBytes(field)
    this.#version++
    this.#evictTo(this.#maxBytes - bytes)
    if (bytes > this.#maxBytes) return
    if (this.#count === this.#ring.length) this.#grow()
    this.#ring[this.#inserted & (this.#ring.length - 1)] = field
    this.#inserted++
    this.#count++
    this.#bytes += bytes
  }

  /** Changes the size, evicting what does not fit (RFC 7541, 4.3). */
  resize(maxBytes: number): void {
    if (maxBytes === this.#maxBytes) return
    this.#version++
    this.#maxBytes = maxBytes
    this.#evictTo(maxBytes)
  }

  #evictTo(bytes: number): void {
    while (this.#count > 0 && this.#bytes > bytes) {
      const serial = this.#inserted - this.#count
      const index = serial & (this.#ring.length - 1)
      const oldest = this.#ring[index]
      this.#ring[index] = undefined
      this.#count--
      if (!oldest) continue
      this.#bytes -= fieldBytes(oldest)
      this.#evicted(oldest, serial)
    }
  }

  #grow(): void {
    const ring: (Field | undefined)[] = Array.from({ length: this.#ring.length * 2 }, () => undefined)
    for (let serial = this.#inserted - this.#count; serial < this.#inserted; serial++) {
      ring[serial & (ring.length - 1)] = this.#ring[serial & (this.#ring.length - 1)]
    }
    this.#ring = ring
  }
}
