import type { PriorityClassName } from '@spillway/call'

/** What became of the calls of one class since the start; each call counts once, when it is decided on. */
export interface ClassCounts {
  /** Got a seat, at once or after a wait. */
  readonly admitted: number
  /** Refused `shed_overload`: found the queue full of better calls, or had to make room for one. */
  readonly shed: number
  /** Refused `queue_timeout`. */
  readonly timedOut: number
  /** Refused `deadline_infeasible`, on entry or while waiting. */
  readonly infeasible: number
  /** Left while it waited: the caller cancelled. */
  readonly left: number
}

/** One class at one moment. */
export interface ClassSnapshot extends ClassCounts {
  readonly name: PriorityClassName
  readonly queued: number
  /** How long its call that has waited longest has waited, in milliseconds; 0 when none waits. */
  readonly oldestWaitMs: number
  /** Seats that its calls hold. */
  readonly seatsInUse: number
}

/** An {@link Admission} at one moment, computed when asked. */
export interface AdmissionSnapshot {
  readonly limit: number
  readonly seatsInUse: number
  /** Calls that hold a seat. */
  readonly running: number
  readonly queued: number
  readonly queuedBytes: number
  /** How long the call that has waited longest has waited, in milliseconds; 0 when none waits. */
  readonly oldestWaitMs: number
  /** The four classes of callers, most important first. `system` calls pass uncounted. */
  readonly classes: readonly ClassSnapshot[]
}
