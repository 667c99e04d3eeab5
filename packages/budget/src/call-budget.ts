import type { Call, PriorityClass, Wake } from '@spillway/call'
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
   * After a take that failed: the milliseconds until its tokens could be there if nobody else drew, or `NEVER` when no waiting
   * would help.
   */
  readonly waitMs: number
  /** Takes `cost` tokens for a call of that class; true when they were taken. Allocates nothing. */
  take(rank: PriorityClass, cost: number): boolean
  /**
   * A call that {@link take} has just refused may wait until its tokens were asked for elsewhere: true when it does, and then
   * `wake` is called as gates promise. Left out where asking would not help.
   */
  ask?(call: Call, wake: Wake): boolean
  /** The call waits no longer. Nothing happens when it did not. */
  withdraw?(call: Call): void
  /**
   * A call for which `taken` tokens were taken at `takenMs` has spent `spent`, 0 when it was not carried out. What it did not
   * need is given back as far as the promise of the budget allows; what it needed beyond becomes a debt, which is repaid
   * before anything is taken.
   */
  settle(rank: PriorityClass, taken: number, spent: number, takenMs: number): void
  /** Changes the figures. Throws a RangeError when one is out of range, and then has changed nothing. */
  reconfigure(config: BudgetConfig): void
  /** The state now. */
  snapshot(): BudgetSnapshot
}
