import type { Act, Phase } from './act.ts'
import type { BreakerChange } from './breaker-watch.ts'

/** What act 3 showed of the breaker, beside the calls. */
export interface FaultAct {
  readonly act: Act
  /** The time for which half of the large model's calls failed. */
  readonly faulty: Phase | undefined
  /** Changes of the breaker's state, in milliseconds from the start of the act. */
  readonly changes: readonly BreakerChange[]
  /** From the first fault to the first opening, in milliseconds; undefined when it stayed closed. */
  readonly openedMs: number | undefined
  /** From the heal to the closing, in milliseconds; undefined when it did not close in time. */
  readonly recoveredMs: number | undefined
}
