import type { Random } from '@spillway/clock'

/** Makes a share of the calls to chosen methods fail, and can be changed while the service runs. */
export class FaultInjection {
  readonly #random: Random
  #share = 0

  constructor(random: Random) {
    this.#random = random
  }

  /** From now on this share of the calls fails: 0 heals, 1 fails all. */
  set(share: number): void {
    this.#share = Math.min(1, Math.max(0, share))
  }

  /** Whether the next call is to fail. */
  strikes(): boolean {
    return this.#random.next() < this.#share
  }
}
