/**
 * Hands out numbers, never the same twice, for a call to carry (`breakerTicket`): of the period of a breaker in which it
 * was let in, or of its own probe permit. A number that is no longer anybody's tells that an outcome comes too late.
 * Shared by all breakers, so that a number cannot mean something to another breaker. 0 is never given: no ticket.
 */
export class Tickets {
  #last = 0

  /** The next number. Lasts for 2^53 of them. */
  next(): number {
    return ++this.#last
  }
}
