/** A process of the tour that can be broken. */
export interface Member {
  /** It runs and has said so less than two seconds ago: neither dead nor frozen. */
  readonly isHeard: boolean
  /** Starts it if it does not run, as a new incarnation. */
  start(): Promise<void>
  signal(signal: NodeJS.Signals): void
  /** Kills it at once, frozen or not, and waits until it is gone. */
  kill(): Promise<void>
  /** Ends it as an operator does, and waits until it is gone. */
  leave(): Promise<void>
  /** Kills it and lets go of all that it took. */
  close(): Promise<void>
}
