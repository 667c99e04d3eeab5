import { toListedBreaker } from './breaker-message.ts'
import type { BreakerMessage, WatchBreakersReply } from './messages.ts'
import type { BreakerView } from './views.ts'

/** What one watcher has not seen yet: a snapshot first, then the differences to what it was sent last. */
export class BreakerChanges {
  readonly #breakers: () => readonly BreakerView[]
  readonly #names: ReadonlySet<string>
  #sent: Map<string, string> | undefined

  /** Watches the breakers of these names; all when there are none. */
  constructor(breakers: () => readonly BreakerView[], names: readonly string[]) {
    this.#breakers = breakers
    this.#names = new Set(names)
  }

  /** The reply that is due, or undefined when nothing has changed. Counts as sent. */
  next(): WatchBreakersReply | undefined {
    const before = this.#sent
    const now = new Map<string, string>()
    const changed: BreakerMessage[] = []
    for (const message of this.#watched()) {
      const text = JSON.stringify(message)
      now.set(message.name, text)
      if (before?.get(message.name) !== text) changed.push(message)
    }
    const removed = [...(before?.keys() ?? [])].filter((name) => !now.has(name))
    this.#sent = now
    if (before === undefined) return { isSnapshot: true, breakers: changed, removed }
    return changed.length + removed.length === 0 ? undefined : { isSnapshot: false, breakers: changed, removed }
  }

  #watched(): BreakerMessage[] {
    const isWatched = ({ name }: BreakerView): boolean => this.#names.size === 0 || this.#names.has(name)
    return this.#breakers().filter(isWatched).map(toListedBreaker)
  }
}
