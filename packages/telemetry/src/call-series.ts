import { Status, className, type PriorityClass, type PriorityClassName } from '@spillway/call'
import type { CallEnded, Direction } from './event.ts'
import { DECISION_LABELS, OTHER, decisionIndex, laneOf } from './labels.ts'
import { RollingWindow } from './rolling-window.ts'

/** Codes 0 to 16; errors are counted at `code`, those of our own making at `code + CODES`. */
export const CODES = Object.keys(Status).length

/** The calls of one method, class and direction: every counter that metrics and `top` need, in flat arrays. */
export class CallSeries {
  /** `/package.Service/Method`, or `_OTHER`. */
  readonly path: string
  /** Of a method with a name of its own, which keeps it. */
  readonly isNamed: boolean
  readonly direction: Direction
  readonly class: PriorityClassName
  /** Index of direction and class; see `laneOf`. */
  readonly lane: number
  /** Started and not ended. */
  inFlight = 0
  /** By the index of the decision. */
  readonly requests = new Float64Array(DECISION_LABELS.length)
  /** Answers other than OK; see {@link CODES}. */
  readonly errors = new Float64Array(CODES * 2)
  readonly window = new RollingWindow()

  constructor(direction: Direction, path: string, rank: PriorityClass) {
    this.direction = direction
    this.path = path
    this.isNamed = path !== OTHER
    this.class = className(rank)
    this.lane = laneOf(direction, rank)
  }

  /** Counts a call that ended. Allocates nothing. */
  record(call: CallEnded): void {
    this.inFlight--
    increment(this.requests, decisionIndex(call.decision))
    const isOk = call.status === Status.OK
    if (!isOk) increment(this.errors, call.isOwnStatus ? call.status + CODES : call.status)
    this.window.record(call.endedMs, call.decision.kind, isOk, call.totalMs, call.queuedMs)
  }
}

function increment(counts: Float64Array, index: number): void {
  counts[index] = (counts[index] ?? 0) + 1
}
