const NONE = new Uint8Array(0)

/**
 * Remembers what short runs of octets were decoded to, so that a run that comes again costs a comparison and no garbage.
 *
 * Direct-mapped: one place for each hash, and whoever comes later takes it. A run gets in when it comes for the second
 * time in a row at its place, so that runs that never repeat are not copied. A `version` stands for everything else that
 * the result depends on. Collisions cost speed only: the octets themselves are compared.
 */
export class OctetCache<Value> {
  readonly #slots: (Slot<Value> | undefined)[]
  readonly #maxBytes: number

  /** `slots` must be a power of two. Longer runs than `maxBytes` are never kept. */
  constructor(slots: number, maxBytes: number) {
    this.#slots = Array.from({ length: slots }, () => undefined)
    this.#maxBytes = maxBytes
  }

  /** What the octets at `[start, end)` stood for, if that is known. */
  find(hash: number, octets: Uint8Array, start: number, end: number, version: number): Value | undefined {
    const slot = this.#slots[hash & (this.#slots.length - 1)]
    return slot && slot.hash === hash && slot.version === version && isSame(slot.octets, octets, start, end)
      ? slot.value
      : undefined
  }

  /** Tells what these octets stand for, after `find` did not know. */
  offer(hash: number, octets: Uint8Array, start: number, end: number, version: number, value: Value): void {
    if (end - start > this.#maxBytes) return
    const index = hash & (this.#slots.length - 1)
    const slot = (this.#slots[index] ??= { hash: -1, version: 0, octets: NONE, value: undefined })
    const isSecond = slot.hash === hash
    slot.hash = hash
    slot.version = version
    slot.octets = isSecond ? copyOf(octets, start, end) : NONE
    slot.value = isSecond ? value : undefined
  }
}

interface Slot<Value> {
  hash: number
  version: number
  octets: Uint8Array
  value: Value | undefined
}

/** The octets at `[start, end)` in memory of their own. (The `slice` of a Buffer would be a view.) */
export function copyOf(octets: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(octets.subarray(start, end))
}

/** A hash of the octets at `[start, end)`: FNV-1a in 32 bits, its halves folded; never negative. */
export function hashOf(octets: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5
  for (let index = start; index < end; index++) hash = Math.imul(hash ^ (octets[index] ?? 0), 0x01000193)
  return (hash ^ (hash >>> 16)) & 0x7fffffff
}

function isSame(known: Uint8Array, octets: Uint8Array, start: number, end: number): boolean {
  if (known.length !== end - start) return false
  for (let index = 0; index < known.length; index++) if (known[index] !== octets[start + index]) return false
  return true
}
