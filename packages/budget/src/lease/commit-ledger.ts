import { compareGrants, type Ceiling, type GrantId } from './message.ts'
import { NO_SHARE, isWithin, maxShare, minShare, type Share } from './share.ts'

/** A grant that may be in force at the holder. Times are the grantor's own monotonic clock, drift already added. */
export interface Booking {
  readonly id: GrantId
  /** The report that it answers; Infinity where nobody knows: no ceiling lowers it then. */
  readonly anchor: number
  readonly share: Share
  readonly expiresMs: number
  /** What stays in force after `expiresMs`. */
  readonly slice: Share
  readonly sliceExpiresMs: number
}

/** What a grantor books for one incarnation of a holder; {@link CommitLedger} is the rule. */
export interface Ledger {
  book(booking: Booking): void
  acknowledge(id: GrantId, force: Share, slice: Share): boolean
  cap(ceiling: Ceiling): void
  commit(nowMs: number): Share
  sliceCommit(nowMs: number): Share
  lastExpiryMs(): number
  lastSliceExpiryMs(): number
  end(): void
}

/**
 * What a grantor must assume to be in force at one incarnation of a holder (rule S2): the maximum of every grant that was sent
 * and is neither acknowledged away nor expired. To book only the newest would let a lost shrink and a growth elsewhere
 * overlap: 1.11 to 1.22 times the budget was measured.
 */
export class CommitLedger implements Ledger {
  #bookings: Booking[] = []

  /** Notes that a grant is about to be sent. */
  book(booking: Booking): void {
    this.#bookings.push(booking)
  }

  /**
   * The holder runs on grant `id` and has `force` of it in force, `slice` of that for longer. This replaces that grant and
   * all before it; later ones stay booked. False when it claims more than it was ever given: nothing is changed then.
   */
  acknowledge(id: GrantId, force: Share, slice: Share): boolean {
    const acknowledged = this.#bookings.find((booking) => compareGrants(booking.id, id) === 0)
    if (!acknowledged) return true
    const older = this.#bookings.filter((booking) => compareGrants(booking.id, id) <= 0)
    const most = older.reduce((sum, { share, slice }) => maxShare(sum, maxShare(share, slice)), NO_SHARE)
    if (!isWithin(force, most) || !isWithin(slice, most)) return false
    const isClawedBack = isWithin(force, acknowledged.share)
    const expiresMs = isClawedBack ? acknowledged.expiresMs : Math.max(...older.map((booking) => booking.expiresMs))
    const later = this.#bookings.filter((booking) => compareGrants(booking.id, id) > 0)
    const { anchor, sliceExpiresMs } = acknowledged
    this.#bookings = [{ id, anchor, share: force, expiresMs, slice, sliceExpiresMs }, ...later]
    return true
  }

  /**
   * The holder has given something up, and keeps to that whatever is still on its way to it. So it is free at once, and not only when
   * the last grant that was made without knowing of it is acknowledged away: a way there and back earlier.
   */
  cap({ before, share: most }: Ceiling): void {
    this.#bookings = this.#bookings.map((booking) => {
      const { anchor, share, slice } = booking
      return anchor < before ? { ...booking, share: minShare(share, maxShare(most, slice)) } : booking
    })
  }

  /** What may be in force at `nowMs`. Forgets what has expired. */
  commit(nowMs: number): Share {
    const [first] = this.#bookings
    // Nearly always there is just one: the sums of ten thousand holders are taken many times a second.
    if (first && this.#bookings.length === 1 && first.expiresMs > nowMs) return first.share
    this.#bookings = this.#bookings.filter((booking) => !isOver(booking, nowMs))
    return this.#bookings.reduce((sum, booking) => maxShare(sum, shareAt(booking, nowMs)), NO_SHARE)
  }

  /** What may stay in force at `nowMs` and beyond the leases: the slices alone. */
  sliceCommit(nowMs: number): Share {
    let sum = NO_SHARE
    for (const { slice, sliceExpiresMs } of this.#bookings) {
      if (sliceExpiresMs > nowMs) sum = sum === NO_SHARE ? slice : maxShare(sum, slice)
    }
    return sum
  }

  /** The holder has ended: whatever is still on its way to it is never in force. */
  end(): void {
    this.#bookings = []
  }

  /** When the last lease ends; slices left out. */
  lastExpiryMs(): number {
    return this.#bookings.reduce((last, booking) => Math.max(last, booking.expiresMs), 0)
  }

  /** When the last slice ends. */
  lastSliceExpiryMs(): number {
    return this.#bookings.reduce((last, booking) => Math.max(last, booking.sliceExpiresMs), 0)
  }
}

function shareAt(booking: Booking, nowMs: number): Share {
  if (booking.expiresMs > nowMs) return booking.share
  return booking.sliceExpiresMs > nowMs ? booking.slice : NO_SHARE
}

function isOver(booking: Booking, nowMs: number): boolean {
  return booking.expiresMs <= nowMs && booking.sliceExpiresMs <= nowMs
}
