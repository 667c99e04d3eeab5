/** Slots of a table that has never held more; a power of two. */
const FIRST_SLOTS = 16

/** In a slot that nothing stands in. */
const NO_ID = 0

/**
 * Positive 31-bit ids and what they stand for, by open addressing with linear probing; removal closes the gap (D. Knuth,
 * TAOCP 3, algorithm 6.4R), so that there are no tombstones and coming and going allocates nothing. Ids that follow each
 * other, as those of streams do, lie side by side: looking for one touches a line of memory or two.
 *
 * Not a `Map`, because of the garbage that one leaves behind: V8 replaces a map's table every so many removals, and each
 * old table points to the next. Once one of them has reached the old generation, all later ones and everything in them
 * outlive every young collection.
 */
export class IdTable<Value extends { readonly id: number }> {
  #ids = new Int32Array(FIRST_SLOTS)
  #values: (Value | undefined)[] = emptySlots(FIRST_SLOTS)
  #size = 0

  get size(): number {
    return this.#size
  }

  get(id: number): Value | undefined {
    return this.#values[this.#find(id)]
  }

  /** Replaces what had the same id. */
  add(value: Value): void {
    if (2 * (this.#size + 1) > this.#ids.length) this.#grow()
    const slot = this.#find(value.id)
    if (this.#ids[slot] === NO_ID) this.#size++
    this.#ids[slot] = value.id
    this.#values[slot] = value
  }

  /** Returns whether it was there. */
  remove(id: number): boolean {
    const slot = this.#find(id)
    if (this.#ids[slot] === NO_ID) return false
    this.#size--
    this.#closeGap(slot)
    return true
  }

  /** Visits all values in any order; the table must not change meanwhile. Makes nothing. */
  forEach(visit: (value: Value) => void): void {
    for (const value of this.#values) if (value !== undefined) visit(value)
  }

  /** All values, by id. */
  all(): Value[] {
    return this.#values.filter((value) => value !== undefined).sort((first, second) => first.id - second.id)
  }

  /** Where the id is, or the empty slot where it would go. */
  #find(id: number): number {
    const ids = this.#ids
    const mask = ids.length - 1
    let slot = home(id, mask)
    while (ids[slot] !== id && ids[slot] !== NO_ID) slot = (slot + 1) & mask
    return slot
  }

  /** Empties the slot, and moves up what was displaced by what was in it. */
  #closeGap(slot: number): void {
    const mask = this.#ids.length - 1
    let gap = slot
    for (let at = (gap + 1) & mask; ; at = (at + 1) & mask) {
      const id = this.#ids[at] ?? NO_ID
      if (id === NO_ID) break
      const isReachable = ((at - home(id, mask)) & mask) < ((at - gap) & mask)
      if (isReachable) continue
      this.#ids[gap] = id
      this.#values[gap] = this.#values[at]
      gap = at
    }
    this.#ids[gap] = NO_ID
    this.#values[gap] = undefined
  }

  #grow(): void {
    const values = this.all()
    const length = 2 * this.#ids.length
    this.#ids = new Int32Array(length)
    this.#values = emptySlots(length)
    for (const value of values) {
      const slot = this.#find(value.id)
      this.#ids[slot] = value.id
      this.#values[slot] = value
    }
  }
}

/** A connection's streams are all odd or all even: half of the id tells them apart. */
function home(id: number, mask: number): number {
  return (id >>> 1) & mask
}

function emptySlots<Value>(length: number): (Value | undefined)[] {
  return Array.from({ length })
}
