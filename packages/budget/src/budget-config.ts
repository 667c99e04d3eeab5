import type { PriorityClassName } from '@spillway/call'

/**
 * The share of the burst, 0 to 1, that calls of a class must leave in the bucket. A lower class draws only from what is
 * above its mark, so the more important ones always find a floor.
 */
export type Watermarks = Readonly<Record<Exclude<PriorityClassName, 'system'>, number>>

/** One budget as configured. */
export interface BudgetConfig {
  /** Tokens a second. 0 grants nothing beyond the burst. */
  readonly rate: number
  /** Tokens that an idle budget saves up at most. */
  readonly burst: number
  /** Left out: {@link defaultWatermarks}. */
  readonly watermarks?: Watermarks
}

/**
 * Critical calls may drain the bucket; under pressure standard, then sheddable, then batch calls are turned away first.
 * A class that is alone still gets the full rate, and a burst smaller by its mark.
 */
export const defaultWatermarks: Watermarks = { critical: 0, standard: 0.2, sheddable: 0.5, batch: 0.7 }

/** A budget at one moment, computed when asked. */
export interface BudgetSnapshot {
  readonly name: string
  readonly rate: number
  readonly burst: number
  /** Tokens in the bucket now. */
  readonly level: number
  /** Tokens charged beyond what was there, to be repaid before anything is taken. */
  readonly debt: number
  /** Most important class first. */
  readonly classes: readonly BudgetClassSnapshot[]
}

/** What one class drew from a budget since the start. */
export interface BudgetClassSnapshot {
  readonly name: PriorityClassName
  /** Calls that got their tokens; includes those that gave them back. */
  readonly admitted: number
  readonly refused: number
  /** Tokens drawn and not given back. */
  readonly used: number
  /** Tokens drawn for calls that turned out not to need them, whether the bucket had room for them or not. */
  readonly unneeded: number
  /** Tokens that calls needed beyond what was drawn for them. */
  readonly overdrawn: number
  /** Tokens a second asked for of late, refused calls included. */
  readonly demand: number
}
