/** Something that has output to hand to its socket. */
export interface Flushable {
  flush(): void
}

/**
 * Collects the connections that got output, and flushes each of them once at the end of the event loop's turn: everything
 * that one poll brought in leaves in one write per connection.
 */
export class FlushQueue {
  #waiting: Flushable[] = []
  #flushing: Flushable[] = []

  /** The caller adds itself once until it is flushed. */
  add(connection: Flushable): void {
    if (this.#waiting.push(connection) === 1) setImmediate(this.#flushAll)
  }

  readonly #flushAll = (): void => {
    const now = this.#waiting
    this.#waiting = this.#flushing
    this.#flushing = now
    for (const connection of now) connection.flush()
    now.length = 0
  }
}
