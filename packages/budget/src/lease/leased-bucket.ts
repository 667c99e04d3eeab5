import type { Clock } from '@spillway/clock'
import type { LeaseHolder } from './lease-holder.ts'

/**
 * The bucket of one sidecar on a lease: every decision is local. Its level never exceeds the burst in force; a shrink
 * truncates it, a growth adds nothing at once, and it starts empty (rule S7). Before anything is taken the lease is asked
 * whether it still stands, so that a stalled process cannot spend what has run out (rule S10).
 */
export class LeasedBucket {
  readonly #holder: LeaseHolder
  readonly #clock: Clock
  /** Refill runs slower by this fraction, so that a fast clock does not make more than its share. */
  readonly #refillDrift: number
  #level = 0
  #rate = 0
  #updatedMs: number
  #used = 0

  constructor(holder: LeaseHolder, refillDrift: number, clock: Clock) {
    this.#holder = holder
    this.#clock = clock
    this.#refillDrift = refillDrift
    this.#updatedMs = clock.nowMs()
  }

  /** Units saved up; negative while a debt is open. */
  get level(): number {
    return this.#level
  }

  /** Units taken since the start. */
  get used(): number {
    return this.#used
  }

  /**
   * Brings the level up to now under the share in force. Call it right before a grant is accepted or a share is released, and
   * right after: time that has passed counts at the lower of the two rates.
   */
  sync(): void {
    const nowMs = this.#clock.nowMs()
    const force = this.#holder.force
    const rate = Math.min(this.#rate, force.rate)
    const gained = (rate * (1 - this.#refillDrift) * (nowMs - this.#updatedMs)) / 1_000
    this.#level = Math.min(force.burst, this.#level + gained)
    this.#rate = force.rate
    this.#updatedMs = nowMs
  }

  /** Takes `cost` units if at least `watermark` units stay. */
  take(cost: number, watermark: number): boolean {
    this.sync()
    if (this.#level - cost < watermark) return false
    this.#level -= cost
    this.#used += cost
    return true
  }
}
