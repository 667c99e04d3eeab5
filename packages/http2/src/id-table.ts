/** Slots of a table that has never held more; a power of two. */
const FIRST_SLOTS = 16

/** Multiplier of Fibonacci hashing (D. Knuth, TAOCP 3, 6.4): spreads neighbouring ids over all slots. */
const GOLDEN = 0x9e3779b1

/**
 * Positive 31-bit ids and what they stand for, by open addressing with linear probing; removal closes the gap (Knuth,
 * algorithm 6.4R), so that there are no tombstones and coming and going allocates nothing.
 *
 * Not a `Map`, because of the garbage that one leaves behind: V8 replaces a map's table every so many removals, and each
 * old table points to the next. Once one of them has reached the old generation, all later ones and everything in them
 * outlive every young collection.
 */
export class IdTable<Value extends { readonly id: number }> {
  #slots: (Value | undefined)[] = emptySlots(FIRST_SLOTS)
  #shift = shiftFor(FIRST_SLOTS)
  #size = 0

  get size(): number {
    return this.#size
  }

  get(id: number): Value | undefined {
    return this.#slots[this.#find(id)]
  }

  /** Replaces what had the same id. */
  add(value: Value): void {
    if (2 * (this.#size + 1) > this.#slots.length) this.#grow()
    const slot = this.#find(value.id)
    if (this.#slots[slot] === undefined) this.#size++
    this.#slots[slot] = value
  }

  /** Returns whether it was there. */
  remove(id: number): boolean {
    const slot = this.#find(id)
    if (this.#slots[slot] === undefined) return false
    this.#size--
    this.#closeGap(slot)
    return true
  }

  /** All values, by id. */
  all(): Value[] {
    return this.#slots.filter((value) => value !== undefined).sort((first, second) => first.id - second.id)
  }

  /** Where the id is, or the empty slot where it would go. */
  #find(id: number): number {
    const mask = this.#slots.length - 1
    let slot = this.#home(id)
    for (;;) {
      const value = this.#slots[slot]
      if (value === undefined || value.id === id) return slot
      slot = (slot + 1) & mask
    }
  }

  /** Empties the slot, and moves up what was displaced by what was in it. */
  #closeGap(slot: number): void {
    const mask = this.#slots.length - 1
    let gap = slot
    for (let at = (gap + 1) & mask; ; at = (at + 1) & mask) {
      const value = this.#slots[at]
      if (value === undefined) break
      const isReachable = ((at - this.#home(value.id)) & mask) < ((at - gap) & mask)
      if (isReachable) continue
      this.#slots[gap] = value
      gap = at
    }
    this.#slots[gap] = undefined
  }

  #grow(): void {
    const values = this.all()
    const length = 2 * this.#slots.length
    this.#slots = emptySlots(length)
    this.#shift = shiftFor(length)
    for (const value of values) this.#slots[this.#find(value.id)] = value
  }

  #home(id: number): number {
    return Math.imul(id, GOLDEN) >>> this.#shift
  }
}

function emptySlots<Value>(length: number): (Value | undefined)[] {
  return Array.from({ length })
}

/** Of a 32-bit product the upper bits are the slot. */
function shiftFor(slots: number): number {
  return Math.clz32(slots) + 1
}
