import type { PriorityClassName } from '@spillway/call'
import type { Direction } from './event.ts'
import type { DecisionLabel } from './labels.ts'

/** Which calls a subscriber wants to see. What is left out restricts nothing. */
export interface TapFilter {
  /** Glob over the path, `*` for any run of characters: `*chat.v1.Chat/*`. */
  readonly method?: string
  readonly classes?: readonly string[]
  /** Decision labels: `forwarded`, `answered`, `shed_overload`, … */
  readonly decisions?: readonly string[]
  readonly minTotalMs?: number
  /** Share of the matching calls, 0 to 1; 1 when left out. */
  readonly sample?: number
  /** At most so many a second, the rest only counted; 100 when left out. */
  readonly maxPerSecond?: number
}

/** One call that ended, as an operator may see it. No metadata, no message, and the tenant only as a hash. */
export interface TapEvent {
  /** Wall-clock time of the end, milliseconds since the Unix epoch. */
  readonly atMs: number
  readonly direction: Direction
  readonly path: string
  readonly class: PriorityClassName
  /** The first twelve hex digits of SHA-256 over the tenant; empty for none. */
  readonly tenantHash: string
  readonly peer: string
  readonly upstream: string
  readonly decision: DecisionLabel
  /** Name of the rule that answered; empty otherwise. */
  readonly rule: string
  /** `UNAVAILABLE`. */
  readonly status: string
  readonly isOwnStatus: boolean
  readonly outcome: string
  readonly totalMs: number
  readonly queuedMs: number
  readonly upstreamMs: number
}

/** A subscriber's end of the tap. Bounded: when full, the oldest event makes room and is counted. */
export interface TapSubscription {
  /** The oldest event not yet taken, or undefined. */
  take(): TapEvent | undefined
  /** Matching events that were not kept since the last call: over the rate, or pushed out. Resets the count. */
  takeDropped(): number
  /** Ends it; safe to repeat. */
  close(): void
}
