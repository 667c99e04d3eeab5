import type { Share } from '@spillway/budget'
import type { PromiseChecker } from '../promise-checker.ts'
import type { RegionMachine } from './machine.ts'

/**
 * What the promise allows while processes are configured differently: the largest rate and the largest burst of all terms that
 * some process was configured with within the last `settleMs`. So long after the last process was told of smaller terms, what was
 * granted or kept back under the old ones must be gone; larger terms are allowed from the first process on that has them.
 */
export class AllowedTerms {
  readonly #settleMs: number
  readonly #seenMs = new Map<Share, number>()
  #told: Share = { rate: 0, burst: 0 }

  constructor(settleMs: number) {
    this.#settleMs = settleMs
  }

  /** Tells the checker what is allowed at `nowMs`, with processes configured as they are. To be called at every step. */
  apply(processes: Iterable<RegionMachine>, nowMs: number, checker: PromiseChecker): void {
    for (const { configured } of processes) this.#seenMs.set(configured.budget, nowMs)
    let [rate, burst] = [0, 0]
    for (const [share, seenMs] of this.#seenMs) {
      if (nowMs - seenMs > this.#settleMs) this.#seenMs.delete(share)
      rate = Math.max(rate, share.rate)
      burst = Math.max(burst, share.burst)
    }
    if (rate === this.#told.rate && burst === this.#told.burst) return
    this.#told = { rate, burst }
    checker.allow(nowMs, rate, burst)
  }
}
