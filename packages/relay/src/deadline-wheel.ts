import type { Clock, Timer } from '@spillway/clock'

/** Resolution of the wheel, in milliseconds: how late an expiry may be. */
const TICK_MS = 5
/** Slots of the wheel; a power of two. */
const SLOTS = 1_024
/** A time that is further off is far: see {@link DeadlineWheel.addWhenNear}. */
const FAR_MS = 2_000
/** How often whoever has entries whose time was far shows them again; half of what is far, so that one may come late. */
export const SHOW_MS = FAR_MS / 2

/** Something that ends at a given time, at one wheel and one time at once. Its fields are the wheel's. */
export abstract class Expiring {
  /** Infinity: never. */
  dueMs = Number.POSITIVE_INFINITY
  previous: Expiring | undefined = undefined
  next: Expiring | undefined = undefined
  /** Its slot, -1 when it is off the wheel. */
  slot = -1

  /** Its time has come. It is off the wheel. */
  abstract expired(): void
}

/**
 * Deadlines of many calls on one timer (G. Varghese, T. Lauck, "Hashed and hierarchical timing wheels", SOSP 1987, scheme
 * 6). Adding and removing cost the same whatever the number. Runs no timer while it is empty.
 */
export class DeadlineWheel {
  readonly #clock: Clock
  readonly #slots: (Expiring | undefined)[] = Array.from({ length: SLOTS })
  #size = 0
  #doneTick = 0
  #timer: Timer | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Entries on the wheel. */
  get size(): number {
    return this.#size
  }

  /** Calls `entry.expired` once `dueMs` (monotonic) is reached; at the next tick when that is past. It must be off the wheel. */
  add(dueMs: number, entry: Expiring): void {
    entry.dueMs = dueMs
    if (this.#size++ === 0) this.#start()
    const tick = Math.max(Math.ceil(dueMs / TICK_MS), this.#doneTick + 1)
    entry.slot = tick % SLOTS
    entry.next = this.#slots[entry.slot]
    if (entry.next !== undefined) entry.next.previous = entry
    this.#slots[entry.slot] = entry
  }

  /**
   * As {@link add}, for a call's deadline: most calls end long before theirs. While it is far, the entry stays off the wheel, so that
   * it costs nothing; its owner shows it every {@link SHOW_MS}.
   */
  addWhenNear(dueMs: number, entry: Expiring): void {
    entry.dueMs = dueMs
    this.show(entry)
  }

  /** Puts an entry on that was left off, unless its time still is far. */
  show(entry: Expiring): void {
    if (entry.slot < 0 && entry.dueMs - this.#clock.nowMs() < FAR_MS) this.add(entry.dueMs, entry)
  }

  /** Takes an entry off, and shown it does not go on. Harmless when it is off. */
  remove(entry: Expiring): void {
    entry.dueMs = Number.POSITIVE_INFINITY
    if (entry.slot < 0) return
    if (entry.previous === undefined) this.#slots[entry.slot] = entry.next
    else entry.previous.next = entry.next
    if (entry.next !== undefined) entry.next.previous = entry.previous
    entry.previous = undefined
    entry.next = undefined
    entry.slot = -1
    this.#size--
  }

  #start(): void {
    this.#doneTick = Math.floor(this.#clock.nowMs() / TICK_MS)
    if (this.#timer === undefined) this.#schedule()
  }

  #schedule(): void {
    this.#timer = this.#clock.schedule(TICK_MS, this.#turn)
  }

  readonly #turn = (): void => {
    this.#timer = undefined
    const nowMs = this.#clock.nowMs()
    const nowTick = Math.floor(nowMs / TICK_MS)
    const due: Expiring[] = []
    const slots = Math.min(nowTick - this.#doneTick, SLOTS)
    for (let step = 1; step <= slots; step++) this.#collect((this.#doneTick + step) % SLOTS, nowMs, due)
    this.#doneTick = Math.max(this.#doneTick, nowTick)
    for (const entry of due) {
      if (entry.slot < 0 || entry.dueMs > nowMs) continue // another one's expiry has removed it, or put it off
      this.remove(entry)
      entry.expired()
    }
    if (this.#size > 0 && this.#timer === undefined) this.#schedule()
  }

  #collect(slot: number, nowMs: number, due: Expiring[]): void {
    for (let entry = this.#slots[slot]; entry !== undefined; entry = entry.next) {
      if (entry.dueMs <= nowMs) due.push(entry)
    }
  }
}
