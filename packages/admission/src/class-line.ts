import type { Call } from '@spillway/call'
import { IndexedHeap, type HeapOrder } from './indexed-heap.ts'
import type { Waiting } from './place.ts'

/**
 * Those who wait in one class: earliest deadline first, first come among equals. Both ends are at hand, the best to be
 * served and the worst to make room; any operation costs O(log n).
 */
export class ClassLine {
  readonly #best = new IndexedHeap<Waiting>(BEST_FIRST)
  readonly #worst = new IndexedHeap<Waiting>(WORST_FIRST)

  get size(): number {
    return this.#best.size
  }

  best(): Waiting | undefined {
    return this.#best.first()
  }

  worst(): Waiting | undefined {
    return this.#worst.first()
  }

  add(waiting: Waiting): void {
    this.#best.add(waiting)
    this.#worst.add(waiting)
  }

  remove(waiting: Waiting): void {
    this.#best.remove(waiting)
    this.#worst.remove(waiting)
  }
}

/** A call that comes now goes before this one of its class. Of equals the newcomer is the later. */
export function goesBefore(newcomer: Call, waiting: Waiting): boolean {
  return newcomer.deadlineMs < waiting.call.deadlineMs
}

function isBetter(a: Waiting, b: Waiting): boolean {
  if (a.call.deadlineMs !== b.call.deadlineMs) return a.call.deadlineMs < b.call.deadlineMs
  return a.sequence < b.sequence
}

const BEST_FIRST: HeapOrder<Waiting> = {
  isBefore: isBetter,
  slotOf: (waiting) => waiting.bestSlot,
  setSlot: (waiting, slot) => {
    waiting.bestSlot = slot
  },
}

const WORST_FIRST: HeapOrder<Waiting> = {
  isBefore: (a, b) => isBetter(b, a),
  slotOf: (waiting) => waiting.worstSlot,
  setSlot: (waiting, slot) => {
    waiting.worstSlot = slot
  },
}
