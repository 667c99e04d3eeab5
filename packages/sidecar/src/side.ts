import type { Classifier } from '@spillway/classifier'
import type { Clock } from '@spillway/clock'
import type { Contract } from '@spillway/contract'
import type { Fallbacks } from '@spillway/fallback'
import type { Direction, Telemetry } from '@spillway/telemetry'
import type { EndedEvent } from './ended-event.ts'
import type { RefusalAnswers } from './refusal-answers.ts'

/** What decides on calls and can be replaced while the sidecar runs. Immutable: a reload makes a new one. */
export interface Policies {
  readonly contract: Contract
  readonly classifier: Classifier
  readonly answers: RefusalAnswers
  /** A deadline of the caller's own below this proves nothing against the upstream. */
  readonly patienceMs: number
}

/** What the calls of one direction have in common. */
export interface Side {
  readonly direction: Direction
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly fallbacks: Fallbacks
  /** Calls by budget whose answer did not say what they took. Counted by the calls. */
  readonly unsettled: Map<string, number>
  /** In force for calls that come now. Owned by the composition. */
  policies: Policies
  /** Calls that have come and are not over. Owned by the calls. */
  inFlight: number
  /** What the latest call to end told of itself; undefined before the first. Owned by the calls. */
  ended: EndedEvent | undefined
}
