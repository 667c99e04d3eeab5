import { CALLER_CLASSES, perClass, type Call, type PriorityClass } from '@spillway/call'
import { ClassLine, goesBefore } from './class-line.ts'
import { IndexedHeap, type HeapOrder } from './indexed-heap.ts'
import type { Waiting } from './place.ts'

const NOBODY: readonly Waiting[] = []
const WORST_CLASS_FIRST = CALLER_CLASSES.toReversed()

/**
 * All who wait for a seat: classes strictly, each in the order of its {@link ClassLine}. Bounded in calls and octets; when
 * full, the worst make room.
 */
export class WaitingQueue {
  #maxCalls: number
  #maxBytes: number
  /** `system` calls never wait; their line stays empty. */
  readonly #lines = perClass(() => new ClassLine())
  readonly #expiries = new IndexedHeap<Waiting>(EXPIRES_FIRST)
  #bytes = 0

  constructor(maxCalls: number, maxBytes: number) {
    this.#maxCalls = maxCalls
    this.#maxBytes = maxBytes
  }

  /** Other bounds for who comes from now on. */
  resize(maxCalls: number, maxBytes: number): void {
    this.#maxCalls = maxCalls
    this.#maxBytes = maxBytes
  }

  get size(): number {
    return this.#expiries.size
  }

  /** Octets held by all who wait. */
  get bytes(): number {
    return this.#bytes
  }

  sizeOf(rank: PriorityClass): number {
    return this.#lines[rank].size
  }

  /** The next to get a seat. */
  best(): Waiting | undefined {
    if (this.size === 0) return undefined
    for (const rank of CALLER_CLASSES) {
      const best = this.#lines[rank].best()
      if (best !== undefined) return best
    }
    return undefined
  }

  /** The next whose time runs out. */
  firstToExpire(): Waiting | undefined {
    return this.#expiries.first()
  }

  /** A call that comes now would be served before all who wait. */
  isFirst(newcomer: Call): boolean {
    const best = this.best()
    return best === undefined || isBehind(best, newcomer)
  }

  /** Takes it in, regardless of the bounds: {@link makeRoomFor} comes first. */
  add(waiting: Waiting): void {
    this.#lines[waiting.call.rank].add(waiting)
    this.#expiries.add(waiting)
    this.#bytes += waiting.call.heldBytes
  }

  remove(waiting: Waiting): void {
    this.#lines[waiting.call.rank].remove(waiting)
    this.#expiries.remove(waiting)
    this.#bytes -= waiting.call.heldBytes
  }

  /** Changes when it must be looked at again. */
  postpone(waiting: Waiting, untilMs: number): void {
    waiting.expiresMs = untilMs
    this.#expiries.update(waiting)
  }

  /**
   * Takes out as many of the worst as must go for the newcomer to fit, and returns them. Undefined when those would include
   * a call that is served before the newcomer: then the newcomer is the worst, and nobody is taken out.
   */
  makeRoomFor(newcomer: Call): readonly Waiting[] | undefined {
    if (this.#fits(newcomer)) return NOBODY
    const losers: Waiting[] = []
    while (!this.#fits(newcomer)) {
      const worst = this.#worst()
      if (worst === undefined || !isBehind(worst, newcomer)) {
        for (const loser of losers) this.add(loser)
        return undefined
      }
      this.remove(worst)
      losers.push(worst)
    }
    return losers
  }

  /** When the one came who has waited longest, in that class or in any; undefined when nobody waits. Costs O(n). */
  oldestMs(rank?: PriorityClass): number | undefined {
    let oldestMs: number | undefined
    for (const { enteredMs, call } of this.#expiries.values()) {
      if (rank === undefined || rank === call.rank) oldestMs = Math.min(oldestMs ?? enteredMs, enteredMs)
    }
    return oldestMs
  }

  #worst(): Waiting | undefined {
    for (const rank of WORST_CLASS_FIRST) {
      const worst = this.#lines[rank].worst()
      if (worst !== undefined) return worst
    }
    return undefined
  }

  #fits(newcomer: Call): boolean {
    return this.size < this.#maxCalls && this.#bytes + newcomer.heldBytes <= this.#maxBytes
  }
}

function isBehind(waiting: Waiting, newcomer: Call): boolean {
  if (waiting.call.rank !== newcomer.rank) return waiting.call.rank > newcomer.rank
  return goesBefore(newcomer, waiting)
}

const EXPIRES_FIRST: HeapOrder<Waiting> = {
  isBefore: (a, b) => a.expiresMs < b.expiresMs || (a.expiresMs === b.expiresMs && a.sequence < b.sequence),
  slotOf: (waiting) => waiting.expirySlot,
  setSlot: (waiting, slot) => {
    waiting.expirySlot = slot
  },
}
