import {
  NEVER_RETRY,
  PROCEED,
  PriorityClass,
  type Call,
  type Gate,
  type Outcome,
  type Refusal,
  type Verdict,
  WAIT,
  type Wake,
} from '@spillway/call'
import { NEVER } from './bucket.ts'
import type { CallBudget } from './call-budget.ts'

/** Where the gate finds budgets; `Budgets` is one. */
export interface BudgetFinder {
  /** The budget of that name, or undefined. */
  find(name: string): CallBudget | undefined
}

/**
 * Charges a call to its budget. Refuses `budget_exhausted` with the true time until its tokens could be there, rounded up to
 * whole milliseconds; with NEVER_RETRY when they never will: the cost is above the burst, or the rate is 0.
 *
 * Where a budget is smaller than its fleet, a call may wait for a moment while its tokens are asked for; see `SharedBudget`.
 *
 * A call that did not reach the upstream gets its tokens back; one that is known to have spent more or less than was taken
 * is settled, more at once and less at its end. `system` calls, and calls whose budget has no name or is not
 * configured, pass uncharged; the check of the configuration reports the latter at the start.
 */
export class BudgetGate implements Gate {
  readonly name = 'budget'
  readonly #budgets: BudgetFinder
  /** The last one, and the wait it tells of: of many in a row most are alike. */
  #refusedMs = Number.NaN
  #refusal: BudgetRefusal = { kind: 'budget_exhausted', pushbackMs: NEVER_RETRY, budget: '' }

  constructor(budgets: BudgetFinder) {
    this.#budgets = budgets
  }

  /** Without `wake` no call waits. */
  enter(call: Call, wake?: Wake): Verdict {
    if (call.budget === '' || call.rank === PriorityClass.system) return PROCEED
    const budget = this.#budgets.find(call.budget)
    if (budget === undefined) return PROCEED
    const cost = call.cost > 0 ? call.cost : 0
    if (!budget.take(call.rank, cost)) {
      return wake !== undefined && budget.ask?.(call, wake) === true ? WAIT : this.#refuse(call, budget)
    }
    call.budgetTaken = cost
    call.budgetTakenMs = budget.takenMs
    return PROCEED
  }

  /** What it has spent beyond what was taken is due now, whether it is there or not. */
  charge(call: Call): void {
    const taken = call.budgetTaken
    if (taken === 0 || call.spent <= taken) return
    call.budgetTaken = call.spent
    this.#budgets.find(call.budget)?.settle(call.rank, taken, call.spent, call.budgetTakenMs)
  }

  leave(call: Call, outcome: Outcome): void {
    const taken = call.budgetTaken
    const spent = outcome === 'unsent' ? 0 : call.spent
    call.budgetTaken = 0
    if (taken === 0 && call.budget !== '') this.#budgets.find(call.budget)?.withdraw?.(call)
    if (taken === 0 || spent < 0 || spent === taken) return
    this.#budgets.find(call.budget)?.settle(call.rank, taken, spent, call.budgetTakenMs)
  }

  #refuse(call: Call, from: CallBudget): BudgetRefusal {
    const waitMs = Math.ceil(from.waitMs)
    if (waitMs !== this.#refusedMs || call.budget !== this.#refusal.budget) {
      this.#refusedMs = waitMs
      this.#refusal = exhausted(call, waitMs)
    }
    return this.#refusal
  }
}

type BudgetRefusal = Extract<Refusal, { readonly kind: 'budget_exhausted' }>

/** The refusal of a call whose tokens could be there after that time, {@link NEVER} for never. */
export function exhausted(call: Call, waitMs: number): BudgetRefusal {
  const pushbackMs = waitMs === NEVER ? NEVER_RETRY : Math.ceil(waitMs)
  return { kind: 'budget_exhausted', pushbackMs, budget: call.budget }
}
