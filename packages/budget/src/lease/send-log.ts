import type { Clock } from '@spillway/clock'

/** When something was sent, on both clocks of the sender. */
export interface SendTime {
  readonly monotonicMs: number
  readonly wallMs: number
}

const REMEMBERED = 64

/**
 * When the latest reports were sent, by sequence number. A grant whose report is not remembered any more is too old to be
 * of use. Bounded: the newest 64.
 */
export class SendLog {
  readonly #clock: Clock
  readonly #monotonicMs: number[] = []
  readonly #wallMs: number[] = []
  #lastSeq: number

  /** Goes on after number `lastSeq`, which somebody else sent; left out, begins with 1. */
  constructor(clock: Clock, lastSeq = 0) {
    this.#clock = clock
    this.#lastSeq = lastSeq
  }

  /** The number that was taken last; 0 for none. */
  get lastSeq(): number {
    return this.#lastSeq
  }

  /** Takes the next sequence number and notes that it is sent now. */
  next(): number {
    const seq = this.#lastSeq++ + 1
    const place = (seq - 1) % REMEMBERED
    this.#monotonicMs[place] = this.#clock.nowMs()
    this.#wallMs[place] = this.#clock.wallMs()
    return seq
  }

  /** When that report was sent, or undefined when it never was or is forgotten. */
  sentAt(seq: number): SendTime | undefined {
    if (!(seq > this.#lastSeq - REMEMBERED && seq <= this.#lastSeq)) return undefined
    const monotonicMs = this.#monotonicMs[(seq - 1) % REMEMBERED]
    const wallMs = this.#wallMs[(seq - 1) % REMEMBERED]
    return monotonicMs === undefined || wallMs === undefined ? undefined : { monotonicMs, wallMs }
  }
}
