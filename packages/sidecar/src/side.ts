import type { Gates, Refusal } from '@spillway/call'
import type { Classifier } from '@spillway/classifier'
import type { Clock } from '@spillway/clock'
import type { Contract } from '@spillway/contract'
import type { Fallbacks } from '@spillway/fallback'
import type { Upstream } from '@spillway/relay'
import type { Direction, Telemetry } from '@spillway/telemetry'
import type { ClassFields } from './class-fields.ts'
import type { RefusalAnswers } from './refusal-answers.ts'

/** What decides on calls and can be replaced while the sidecar runs. Immutable: a reload makes a new one. */
export interface Policies {
  readonly contract: Contract
  readonly classifier: Classifier
}

/** What the calls of one direction have in common. */
export interface Side {
  readonly direction: Direction
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly answers: RefusalAnswers
  readonly fallbacks: Fallbacks
  readonly classFields: ClassFields
  /** A deadline of the caller's own below this proves nothing against the upstream. */
  readonly patienceMs: number
  /** In force for calls that come now. Owned by the composition. */
  policies: Policies
  /** Calls that have come and are not over. Owned by the calls. */
  inFlight: number
}

/** Where a call is to go, and what it has to pass. */
export interface Destination {
  readonly upstream: Upstream
  readonly gates: Gates
  /** The refusal of a call that no endpoint could take. */
  unreachable(): Refusal
}
