import type { Call, Wake } from '@spillway/call'

/** A call's place in the queue. */
export class Waiting {
  readonly call: Call
  readonly wake: Wake
  readonly seats: number
  /** Order of arrival. */
  readonly sequence: number
  readonly enteredMs: number
  /** When its time in the queue is over. */
  readonly lastMs: number
  /** When it must be looked at again, at the latest: its time is over, or its deadline may have come out of reach. */
  expiresMs: number
  /** It had to make room, and has not been told yet. */
  isEvicted = false

  /** Owned by the heaps of the same names. */
  bestSlot = -1
  worstSlot = -1
  expirySlot = -1

  constructor(call: Call, wake: Wake, seats: number, sequence: number, enteredMs: number, lastMs: number) {
    this.call = call
    this.wake = wake
    this.seats = seats
    this.sequence = sequence
    this.enteredMs = enteredMs
    this.lastMs = lastMs
    this.expiresMs = lastMs
  }
}

/** The place of every call that runs: it holds its seats since `call.seatedMs`. */
export const SEATED = Object.freeze({})

/** The seats that a call asks for: any positive number; one for what is none, so that a wrong figure costs little. */
export function seatsOf(call: Call): number {
  return call.seats > 0 && Number.isFinite(call.seats) ? call.seats : 1
}
