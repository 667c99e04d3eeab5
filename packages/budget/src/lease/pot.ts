import type { Share } from './share.ts'

/**
 * What nobody holds, saved up by the grantor itself (rule S8): handed out in lumps, each deducted before it is sent, so that a
 * lost one is lost and a doubled one adds nothing. Its room is what is left of the capacity beside all commitments.
 */
export class Pot {
  readonly #drift: number
  #level = 0
  /** Units that fit beside all commitments, as of the last change of them. */
  #room = 0
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
    const inflow = (this.#rate * (1 - this.#drift) * passedMs) / 1_000
    // What flows in beside full commitments is lost, even if they are given up before anybody looks.
    this.#level = Math.min(this.#level + inflow, this.#room)
    this.#updatedMs = nowMs
  }

  /** There is this much room until `untilMs`: what does not fit any more is lost. */
  resize(room: Share, untilMs: number): void {
    this.#level = Math.min(this.#level, room.burst)
    this.#room = room.burst
    this.#rate = room.rate
    this.#untilMs = untilMs
  }

  /** Units come from above, and their room with them. */
  pour(units: number): void {
    this.#level += units
    this.#room = Math.max(this.#room, this.#level)
  }

  /** At that moment a holder gave up `room`, and of that `units` unspent; what does not fit is lost. */
  reclaim(room: number, units: number, nowMs: number): void {
    this.refill(nowMs)
    this.#room += Math.max(0, room)
    this.#level = Math.min(this.#level + Math.max(0, units), this.#room)
  }

  /** Takes out up to `units`; returns how many. */
  take(units: number): number {
    const taken = Math.max(0, Math.min(units, this.#level))
    this.#level -= taken
    return taken
  }
}
