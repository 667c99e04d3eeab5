/** How `spillway demo` is to run. */
export interface DemoOptions {
  /** Leave service, sidecar and load up after the last act, until the process is told to stop. Default false. */
  readonly keep?: boolean
  /** Write one JSON object at the end and nothing else. Default false. */
  readonly json?: boolean
  /** The text goes to a terminal: show one status line that rewrites itself, and colours. Default false. */
  readonly isTty?: boolean
  /** Where text goes; default standard output. */
  readonly write?: (text: string) => void
  /** Ends the demo early, as SIGINT and SIGTERM do. */
  readonly signal?: AbortSignal
  /** How long the parts last; what is left out has its default. */
  readonly durations?: Partial<DemoDurations>
  /** The pictures of the run, relative to the working directory. Default `dist/demo/report.html`. */
  readonly reportPath?: string
  /** Seed of arrivals and service times. Default 1. */
  readonly seed?: number
}

/** How long the parts of the demo last, in milliseconds. */
export interface DemoDurations {
  /** One step of the stairs, in act 1 and act 2. */
  readonly stepMs: number
  /** The healthy time before half of the calls fail, in act 3. */
  readonly healthyMs: number
  /** The time for which half of the calls fail, in act 3. */
  readonly faultyMs: number
  /** The most that act 3 waits for the breaker to close after the heal. */
  readonly recoveryMs: number
}

/** About 75 seconds in all. */
export const DEFAULT_DURATIONS: DemoDurations = { stepMs: 5_000, healthyMs: 3_000, faultyMs: 9_000, recoveryMs: 25_000 }
