/** Room for the runner's own delay: a call that ends by its deadline may still report just after it. */
const GRACE_MS = 100

/**
 * The permits of one half-open period. A permit is a lease: whoever lets it run out has lost it, so that a probe that
 * hangs, or whose end is never reported, keeps nobody else out.
 */
export class ProbePermits {
  /** When half-open began. */
  readonly sinceMs: number
  readonly #limit: number
  /** Expiry by ticket. At most `limit` entries. */
  readonly #expiries = new Map<number, number>()

  constructor(limit: number, nowMs: number) {
    this.#limit = Math.max(1, limit)
    this.sinceMs = nowMs
  }

  /** Permits that are out, expired ones included until somebody needs their place. */
  get taken(): number {
    return this.#expiries.size
  }

  /** Takes a permit under that ticket until `expiryMs`. False when all are out. */
  take(ticket: number, expiryMs: number, nowMs: number): boolean {
    if (this.#expiries.size >= this.#limit) this.#reclaim(nowMs)
    if (this.#expiries.size >= this.#limit) return false
    this.#expiries.set(ticket, expiryMs + GRACE_MS)
    return true
  }

  /** The permit of that ticket is out and was not reclaimed. */
  holds(ticket: number): boolean {
    return this.#expiries.has(ticket)
  }

  /** Gives a permit back. False when the ticket holds none any more: whatever it has to say is too late. */
  release(ticket: number): boolean {
    return this.#expiries.delete(ticket)
  }

  /** Milliseconds until a permit is free at the latest; 0 when one is. */
  freeInMs(nowMs: number): number {
    if (this.#expiries.size < this.#limit) return 0
    return Math.max(0, Math.min(...this.#expiries.values()) - nowMs)
  }

  #reclaim(nowMs: number): void {
    for (const [ticket, expiryMs] of this.#expiries) if (expiryMs <= nowMs) this.#expiries.delete(ticket)
  }
}
