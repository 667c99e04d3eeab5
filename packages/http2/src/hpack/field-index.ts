import type { Field } from '../field.ts'
import { entranceOf, type Entrance, type IndexingPolicy } from './indexing-policy.ts'
import { STATIC_ENTRIES, STATIC_TABLE } from './static-table.ts'

/** How many values of a name are remembered, by their hashes, to notice that one comes again. */
const REMEMBERED_VALUES = 16
/** How many names are known at once: peers choose them. */
const MAX_NAMES = 512

/** Stands for no entry. */
export const NOWHERE = 0

/**
 * What the encoder knows of one name. A place is a number for an entry of either table that stays the same while the entry
 * lives: the index itself for a static one, 62 and the serial number for a dynamic one.
 */
export class NameRecord {
  /** An entry with this name: the first static one, which never leaves, else the newest. */
  namePlace = NOWHERE
  /** What of this name may enter the table. */
  readonly entrance: Entrance
  /** The place of each value. */
  readonly places = new Map<string, number>()
  readonly #seen: number[] = []
  #nextSeen = 0
  #isSeen = false

  constructor(entrance: Entrance) {
    this.entrance = entrance
  }

  /** Whether this is not the first time that it is asked. */
  sawNameBefore(): boolean {
    const sawBefore = this.#isSeen
    this.#isSeen = true
    return sawBefore
  }

  /** Whether this value came among the last few; remembers it. */
  sawBefore(value: string): boolean {
    const hash = hashOf(value)
    if (this.#seen.includes(hash)) return true
    this.#seen[this.#nextSeen] = hash
    this.#nextSeen = (this.#nextSeen + 1) % REMEMBERED_VALUES
    return false
  }
}

/** Finds fields and names in both tables by their text. */
export class FieldIndex {
  readonly #records = new Map<string, NameRecord>()
  readonly #policy: IndexingPolicy

  constructor(policy: IndexingPolicy) {
    this.#policy = policy
  }

  recordOf(name: string): NameRecord {
    return this.#records.get(name) ?? this.#addRecord(name)
  }

  /** The field has entered the dynamic table. */
  added(record: NameRecord, field: Field, serial: number): void {
    const place = dynamicPlace(serial)
    record.places.set(field.value, place)
    if (record.namePlace === NOWHERE || record.namePlace > STATIC_ENTRIES) record.namePlace = place
  }

  /** The field has left the dynamic table. */
  removed(field: Field, serial: number): void {
    const place = dynamicPlace(serial)
    const record = this.#records.get(field.name)
    if (!record) return
    if (record.places.get(field.value) === place) record.places.delete(field.value)
    if (record.namePlace === place) record.namePlace = NOWHERE
  }

  #addRecord(name: string): NameRecord {
    if (this.#records.size >= MAX_NAMES) this.#dropIdleRecords()
    const record = new NameRecord(entranceOf(name, this.#policy))
    record.namePlace = staticNamePlace(name)
    for (const [value, place] of STATIC_PLACES.get(name) ?? []) record.places.set(value, place)
    this.#records.set(name, record)
    return record
  }

  /** Forgets every name without an entry in either table; there are far fewer entries than names allowed. */
  #dropIdleRecords(): void {
    for (const [name, record] of this.#records) if (record.namePlace === NOWHERE) this.#records.delete(name)
  }
}

/** FNV-1a in 30 bits. A collision only lets a value in early. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return (hash ^ (hash >>> 15)) & 0x3fffffff
}

/** The place of the dynamic entry with that serial number. */
function dynamicPlace(serial: number): number {
  return STATIC_ENTRIES + 1 + serial
}

/** The index (RFC 7541, 2.3.3) of a place, when `inserted` entries have entered the dynamic table so far. */
export function indexOfPlace(place: number, inserted: number): number {
  return place <= STATIC_ENTRIES ? place : 2 * STATIC_ENTRIES + 1 + inserted - place
}

/** For each name of the static table its values and their indices, in order. */
const STATIC_PLACES = buildStaticPlaces()

function buildStaticPlaces(): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const places = new Map<string, Map<string, number>>()
  STATIC_TABLE.forEach(({ name, value }, position) => {
    places.set(name, (places.get(name) ?? new Map<string, number>()).set(value, position + 1))
  })
  return places
}

function staticNamePlace(name: string): number {
  const places = STATIC_PLACES.get(name)
  if (!places) return NOWHERE
  for (const place of places.values()) return place
  return NOWHERE
}
