import type { Clock } from '@spillway/clock'
import { Budget } from './budget.ts'
import type { BudgetConfig, BudgetSnapshot } from './budget-config.ts'

/** All budgets of this process, by name. */
export class Budgets {
  readonly #clock: Clock
  #budgets: ReadonlyMap<string, Budget> = new Map()

  /** Throws an Error that names the budget when one of its figures is out of range. */
  constructor(clock: Clock, config: Readonly<Record<string, BudgetConfig>>) {
    this.#clock = clock
    this.reconfigure(config)
  }

  /** The budget of that name, or undefined. */
  find(name: string): Budget | undefined {
    return this.#budgets.get(name)
  }

  /**
   * Takes over a new configuration: budgets that stay keep their level, new ones start full, others are gone. Throws as the
   * constructor, and then has changed nothing.
   */
  reconfigure(config: Readonly<Record<string, BudgetConfig>>): void {
    const fresh = new Map(Object.entries(config).map(([name, budget]) => [name, this.#create(name, budget)]))
    for (const [name, budget] of Object.entries(config)) {
      const kept = this.#budgets.get(name)
      if (kept === undefined) continue
      kept.reconfigure(budget)
      fresh.set(name, kept)
    }
    this.#budgets = fresh
  }

  /** The state now, for the inspector; in the order of the configuration. */
  snapshot(): BudgetSnapshot[] {
    return Array.from(this.#budgets.values(), (budget) => budget.snapshot())
  }

  #create(name: string, config: BudgetConfig): Budget {
    try {
      return new Budget(name, this.#clock, config)
    } catch (cause) {
      throw new Error(`budget ${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    }
  }
}
