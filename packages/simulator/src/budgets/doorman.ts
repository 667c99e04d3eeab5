import { NO_SHARE, type Booking, type LeaseGrant, type LeaseReport, type Ledger, type Share } from '@spillway/budget'
import { NewestOnlyLedger } from './sabotage.ts'

/**
 * How long Doorman's leases hold and its masters learn, in milliseconds. Its defaults are one minute and more; what matters is that it
 * is longer than an election (10 s there and here), and that scenarios end.
 */
const LEASE_MS = 20_000

/**
 * The books of YouTube's Doorman at the root of the tree, for comparison: only the newest grant counts, and a new master learns first.
 * For the length of a lease it answers every client with what that claims to have, and those who have nothing with nothing: by then
 * all have reported or lost their leases. Sources: github.com/youtube/doorman, doc/design.md (`learning_mode_duration`),
 * go/server/doorman/resource.go (`Decide`) and algorithm.go (`Learn`). The election and the water-filling are ours.
 */
export class Doorman {
  readonly #claims = new Map<string, Share>()
  readonly #startedMs = new Map<string, number>()
  readonly #ledgers = new WeakMap<Share, RevisableLedger>()

  /** Books for one client. */
  newLedger(): Ledger {
    return new RevisableLedger((share, ledger) => this.#ledgers.set(share, ledger))
  }

  /** Reports of clients came in. */
  heard(reports: readonly LeaseReport[]): void {
    for (const { holder, force } of reports) this.#claims.set(holder, force)
  }

  /** The grant that a master sends, which also goes into its books, instead of one that our allocator made. */
  answer(grant: LeaseGrant, nowMs: number): LeaseGrant {
    const term = `${grant.grantor}/${grant.epoch}`
    const startedMs = this.#startedMs.get(term) ?? nowMs
    this.#startedMs.set(term, startedMs)
    const isLearning = nowMs < startedMs + LEASE_MS
    const share = isLearning ? (this.#claims.get(grant.holder) ?? NO_SHARE) : grant.share
    this.#ledgers.get(grant.share)?.revise(share, nowMs + LEASE_MS)
    return { ...grant, share, slice: NO_SHARE, ttlMs: LEASE_MS }
  }
}

/** Books that can be told afterwards what was really granted. */
class RevisableLedger extends NewestOnlyLedger {
  readonly #onBooked: (share: Share, ledger: RevisableLedger) => void
  #latest: Booking | undefined

  constructor(onBooked: (share: Share, ledger: RevisableLedger) => void) {
    super()
    this.#onBooked = onBooked
  }

  override book(booking: Booking): void {
    this.#latest = booking
    super.book(booking)
    this.#onBooked(booking.share, this)
  }

  /** The newest grant was of this share, until then. */
  revise(share: Share, expiresMs: number): void {
    if (this.#latest) super.book({ ...this.#latest, share, expiresMs })
  }
}
