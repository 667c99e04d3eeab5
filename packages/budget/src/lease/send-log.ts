import type { Clock } from '@spillway/clock'

/** When something was sent, on both clocks of the sender. */
export interface SendTime {
  readonly monotonicMs: number
  readonly wallMs: number
}

/**
 * When the latest reports were sent, by sequence number. A grant whose report is not remembered any more is too old to be
 * of use. Bounded: the newest 64.
 */
export class SendLog {
  readonly #clock: Clock
  readonly #times = new Map<number, SendTime>()
  #lastSeq = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Takes the next sequence number and notes that it is sent now. */
  next(): number {
    const seq = ++this.#lastSeq
    this.#times.set(seq, { monotonicMs: this.#clock.nowMs(), wallMs: this.#clock.wallMs() })
    this.#times.delete(seq - REMEMBERED)
    return seq
  }

  /** When that report was sent, or undefined when it never was or is forgotten. */
  sentAt(seq: number): SendTime | undefined {
    return this.#times.get(seq)
  }
}

const REMEMBERED = 64
