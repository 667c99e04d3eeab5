import type { Share } from './share.ts'

/**
 * What nobody holds, saved up by the grantor itself (rule S8): handed out in lumps, each deducted before it is sent, so that a
 * lost one is lost and a doubled one adds nothing. Its room is what is left of the capacity beside all commitments.
 */
export class Pot {
  readonly #drift: number
  #level = 0
  #rate = 0
  #updatedMs: number
  #untilMs = Number.NEGATIVE_INFINITY

  /** Starts empty. Refills slower by the fraction `drift`, so that a fast clock does not make more than its share. */
  constructor(drift: number, nowMs: number) {
    this.#drift = drift
    this.#updatedMs = nowMs
  }

  /** Units in it as of the last {@link refill}. */
  get level(): number {
    return this.#level
  }

  /** Time has passed, at the room of the last {@link resize}. */
  refill(nowMs: number): void {
    const passedMs = Math.max(0, Math.min(nowMs, this.#untilMs) - this.#updatedMs)
    this.#level += (this.#rate * (1 - this.#drift) * passedMs) / 1_000
    this.#updatedMs = nowMs
  }

  /** There is this much room until `untilMs`: what does not fit any more is lost. */
  resize(room: Share, untilMs: number): void {
    this.#level = Math.min(this.#level, room.burst)
    this.#rate = room.rate
    this.#untilMs = untilMs
  }

  /** Takes out up to `units`; returns how many. */
  take(units: number): number {
    const taken = Math.max(0, Math.min(units, this.#level))
    this.#level -= taken
    return taken
  }
}
