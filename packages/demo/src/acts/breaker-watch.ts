import type { BreakerState } from '@spillway/inspect'

/** What the demo looks at of a breaker. */
export interface BreakerReading {
  readonly name: string
  readonly state: BreakerState
  /** Why it last changed its state; empty when it never did. */
  readonly reason: string
}

/** A reading whose state differs from that of the one before. */
export interface BreakerChange extends BreakerReading {
  /** When it was read, in milliseconds from the start of the act. */
  readonly atMs: number
}

/** Follows one breaker from reading to reading and keeps its changes of state. */
export class BreakerWatch {
  readonly #changes: BreakerChange[] = []

  /** Oldest first; the first is the state that was there to begin with. */
  get changes(): readonly BreakerChange[] {
    return this.#changes
  }

  /** The latest state; undefined before the first reading. */
  get state(): BreakerState | undefined {
    return this.#changes.at(-1)?.state
  }

  /** Takes a reading; returns the change when the state is another one than before. */
  read(reading: BreakerReading, atMs: number): BreakerChange | undefined {
    if (reading.state === this.state) return undefined
    const change = { ...reading, atMs }
    this.#changes.push(change)
    return change
  }
}
