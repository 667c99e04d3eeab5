import { PriorityClass } from '@spillway/call'
import type { CriticalReserve } from './admission-config.ts'

/** Keeps shares like 0.1 of 30 from rounding up to a seat more than meant. */
const ROUNDING = 1e-9

/**
 * Counts the seats in use, and says who may take more. A call with more seats than there are runs alone, so nothing
 * is ever stuck.
 */
export class Seats {
  /** In force now. Owned by `Admission`. */
  reserve: CriticalReserve
  #inUse = 0
  #inUseByCritical = 0
  #running = 0
  #criticalSeenMs = Number.NEGATIVE_INFINITY

  constructor(reserve: CriticalReserve) {
    this.reserve = reserve
  }

  get inUse(): number {
    return this.#inUse
  }

  /** Calls that hold seats. */
  get running(): number {
    return this.#running
  }

  /** A critical call has come: the reserve is not lent for a while. */
  criticalArrived(nowMs: number): void {
    this.#criticalSeenMs = nowMs
  }

  /** So many seats are free for a call of that class, or nothing runs at all. */
  hasRoom(rank: PriorityClass, seats: number, limit: number, nowMs: number): boolean {
    if (this.#running === 0) return true
    return this.#inUse + seats <= limit - this.#keptFrom(rank, limit, nowMs)
  }

  take(rank: PriorityClass, seats: number): void {
    this.#running++
    this.#inUse += seats
    if (rank === PriorityClass.critical) this.#inUseByCritical += seats
  }

  release(rank: PriorityClass, seats: number): void {
    this.#running--
    this.#inUse -= seats
    if (rank === PriorityClass.critical) this.#inUseByCritical -= seats
    if (this.#running > 0) return
    // Fractions of seats do not add up to zero exactly; what is left must not pile up.
    this.#inUse = 0
    this.#inUseByCritical = 0
  }

  /** Seats of the reserve that critical calls have not taken yet and that are not lent. */
  #keptFrom(rank: PriorityClass, limit: number, nowMs: number): number {
    if (rank === PriorityClass.critical || this.reserve.share === 0) return 0
    if (nowMs - this.#criticalSeenMs >= this.reserve.lentAfterMs) return 0
    const reserved = Math.ceil(this.reserve.share * limit - ROUNDING)
    return Math.max(0, reserved - this.#inUseByCritical)
  }
}
