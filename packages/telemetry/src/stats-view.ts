import type { PriorityClassName } from '@spillway/call'
import type { Direction } from './event.ts'

/** How one method fared in one class over the last ten whole seconds. Times in milliseconds, rates per second. */
export interface MethodStatsView {
  readonly direction: Direction
  /** `/package.Service/Method`, or `_OTHER` for all that are not known. */
  readonly path: string
  readonly class: PriorityClassName
  /** Calls that ended, refused ones included. */
  readonly ratePerSecond: number
  /** Share of them that the upstream answered with OK; 100 when there were none. */
  readonly okPercent: number
  /** Share of them that a fallback rule answered with OK. */
  readonly degradedPercent: number
  /** Calls that were refused. */
  readonly refusedPerSecond: number
  /** Calls that a fallback rule answered, or sent to another method, whatever that answered. */
  readonly answeredPerSecond: number
  /** Over forwarded calls, whole time including the wait; 0 when there were none. Off by at most 6.25 %. */
  readonly p50Ms: number
  readonly p99Ms: number
  /** Wait at the gates over all calls. */
  readonly queueMeanMs: number
  readonly queueMaxMs: number
  /** Calls that have started and not ended. */
  readonly inFlight: number
}
