import type { Call, Outcome } from '@spillway/call'

/** A call that held a seat, when it gives the seat back. */
export interface LimitSample {
  readonly call: Call
  /** Monotonic time at which it got its seat, in milliseconds. */
  readonly startedMs: number
  /** How long it held the seat, in milliseconds. */
  readonly heldMs: number
  /** Seats in use when it ended, its own included. */
  readonly seatsInUse: number
  readonly outcome: Exclude<Outcome, 'cancelled' | 'unsent'>
}

/**
 * How many seats there are: the number, while {@link Admission} is the enforcer. An adaptive limit computes it from the
 * samples; the split is that of Netflix's concurrency-limits (`Limit.getLimit`, `Limit.onSample`).
 */
export interface Limit {
  /** Seats that may be in use now. Read for every decision, so it must be cheap. May change at any time. */
  current(): number
  /** Learns from a call that ended. Not told of cancelled and unsent calls: they say nothing of the upstream. */
  onSample(sample: LimitSample): void
}

/** A limit that somebody chose. */
export class FixedLimit implements Limit {
  readonly #seats: number

  /** Throws a RangeError unless `seats` is a whole number of at least 1. */
  constructor(seats: number) {
    if (!Number.isInteger(seats) || seats < 1) throw new RangeError(`limit must be a whole number from 1 up: ${seats}`)
    this.#seats = seats
  }

  current(): number {
    return this.#seats
  }

  onSample(): void {
    // A chosen number does not learn.
  }
}
