import type { DemoClass } from './demo-class.ts'

/**
 * What became of a call, as its caller saw it.
 *
 * - `ok`: a real answer within the deadline.
 * - `degraded`: an answer by a fallback rule, marked as such.
 * - `refused`: the sidecar turned it away.
 * - `busy`: the service itself turned it away.
 * - `deadline`: no answer in time.
 * - `failed`: any other error.
 * - `unsent`: the generator had too many calls outstanding; none of the above is known.
 */
export type Fate = 'ok' | 'degraded' | 'refused' | 'busy' | 'deadline' | 'failed' | 'unsent'

/** Every fate, best first. */
export const FATES = ['ok', 'degraded', 'refused', 'busy', 'deadline', 'failed', 'unsent'] as const

/** One call that is over. */
export interface FinishedCall {
  readonly name: DemoClass
  /** When it was to be sent, in milliseconds from the start of the load. */
  readonly dueMs: number
  /** From `dueMs`, not from the moment it was really sent, to its end: a generator that falls behind hides nothing. */
  readonly latencyMs: number
  readonly fate: Fate
  /** Name of the fallback rule that answered; empty unless `degraded`. */
  readonly rule: string
}
