import type { PriorityClass } from '@spillway/call'

/** Who may set the priority of calls, and how far. */
export interface TrustConfig {
  /** The most important class that our own app may claim. */
  readonly appMaximum: PriorityClass
  /** Verified identities on the allow list, each with the most important class that it may claim. */
  readonly identities: ReadonlyMap<string, PriorityClass>
  /** Refuse a claim that would be lowered or ignored, instead of lowering or ignoring it. */
  readonly isStrict: boolean
}
