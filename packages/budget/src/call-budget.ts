import type { PriorityClass } from '@spillway/call'
import type { BudgetConfig, BudgetSnapshot } from './budget-config.ts'

/**
 * A budget as a gate draws from it: the whole of it, or this sidecar's share of one that many share. Every decision is local
 * and at once.
 */
export interface CallBudget {
  readonly name: string
  /** When tokens were last taken, in monotonic time: right after a take that succeeded, its moment. */
  readonly takenMs: number
  /**
   * Takes `cost` tokens for a call of that class. Returns 0 when they were taken; else the milliseconds until they could be if
   * nobody else drew, or `NEVER` when no waiting would help.
   */
  take(rank: PriorityClass, cost: number): number
  /** Returns what a call that was not carried out took at `takenMs`, as far as the promise of the budget allows. */
  giveBack(rank: PriorityClass, cost: number, takenMs: number): void
  /** Changes the figures. Throws a RangeError when one is out of range, and then has changed nothing. */
  reconfigure(config: BudgetConfig): void
  /** The state now. */
  snapshot(): BudgetSnapshot
}
