import type { Clock } from '@spillway/clock'
import type { DemoDurations } from '../demo-options.ts'
import type { Step } from '../load/arrivals.ts'
import type { FinishedCall } from '../load/finished-call.ts'
import type { Show } from '../show/show.ts'

/** What an act needs of the load generator. */
interface LoadRunner {
  /** Sends calls to that address and hands over each as it ends; resolves when all are over. */
  run(
    address: string,
    steps: readonly Step[],
    finished: (call: FinishedCall) => void,
    signal: AbortSignal,
  ): Promise<unknown>
  /** Sends nothing more. */
  stop(): void
}

/** What every act is played with. */
export interface Stage {
  readonly clock: Clock
  readonly load: LoadRunner
  readonly show: Show
  readonly durations: DemoDurations
  /** Aborts when the demo is to end. */
  readonly signal: AbortSignal
}
