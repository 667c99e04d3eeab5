/** How an {@link IndexedHeap} orders its items, and where an item remembers its slot in that heap. */
export interface HeapOrder<T> {
  /** Strict order: never true both ways round. */
  isBefore(a: T, b: T): boolean
  /** The slot last given to {@link setSlot}. */
  slotOf(item: T): number
  setSlot(item: T, slot: number): void
}

/**
 * A binary heap from which any item can be taken out: items know their slots. Adding and removing cost O(log n), the first
 * item O(1); nothing is allocated beyond the array.
 */
export class IndexedHeap<T extends object> {
  readonly #order: HeapOrder<T>
  readonly #items: T[] = []

  constructor(order: HeapOrder<T>) {
    this.#order = order
  }

  get size(): number {
    return this.#items.length
  }

  /** The item before all others, or undefined when there is none. */
  first(): T | undefined {
    return this.#items[0]
  }

  /** All items, in no order. */
  values(): IterableIterator<T> {
    return this.#items.values()
  }

  add(item: T): void {
    this.#items.push(item)
    this.#rise(item, this.#items.length - 1)
  }

  /** Takes an item out. Throws when it is not in the heap: its owner has lost count. */
  remove(item: T): void {
    const slot = this.#order.slotOf(item)
    if (this.#items[slot] !== item) throw new Error(`no such item in the heap at slot ${slot}`)
    this.#order.setSlot(item, -1)
    const last = this.#items.pop()
    if (last === undefined || last === item) return
    this.#settle(last, slot)
  }

  /** Moves an item whose order changed to where it belongs now. */
  update(item: T): void {
    this.#settle(item, this.#order.slotOf(item))
  }

  #settle(item: T, slot: number): void {
    const parent = this.#items[(slot - 1) >> 1]
    if (slot > 0 && parent !== undefined && this.#order.isBefore(item, parent)) this.#rise(item, slot)
    else this.#sink(item, slot)
  }

  #rise(item: T, from: number): void {
    let slot = from
    while (slot > 0) {
      const parentSlot = (slot - 1) >> 1
      const parent = this.#items[parentSlot]
      if (parent === undefined || !this.#order.isBefore(item, parent)) break
      this.#put(parent, slot)
      slot = parentSlot
    }
    this.#put(item, slot)
  }

  #sink(item: T, from: number): void {
    let slot = from
    for (;;) {
      const childSlot = this.#betterChild(slot)
      const child = this.#items[childSlot]
      if (child === undefined || !this.#order.isBefore(child, item)) break
      this.#put(child, slot)
      slot = childSlot
    }
    this.#put(item, slot)
  }

  #betterChild(slot: number): number {
    const left = 2 * slot + 1
    const leftItem = this.#items[left]
    const rightItem = this.#items[left + 1]
    if (leftItem === undefined || rightItem === undefined) return left
    return this.#order.isBefore(rightItem, leftItem) ? left + 1 : left
  }

  #put(item: T, slot: number): void {
    this.#items[slot] = item
    this.#order.setSlot(item, slot)
  }
}
