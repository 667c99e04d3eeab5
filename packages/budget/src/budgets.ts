import type { Clock } from '@spillway/clock'
import { Budget } from './budget.ts'
import type { BudgetConfig, BudgetSnapshot } from './budget-config.ts'
import type { CallBudget } from './call-budget.ts'

/** All budgets of this process, by name. `One` is how each of them is held. */
export class Budgets<Config extends BudgetConfig = BudgetConfig, One extends CallBudget = CallBudget> {
  readonly #make: (name: string, config: Config) => One
  #budgets: ReadonlyMap<string, One> = new Map()

  /** Throws an Error that names the budget when `make` throws for one. */
  constructor(make: (name: string, config: Config) => One, config: Readonly<Record<string, Config>>) {
    this.#make = make
    this.reconfigure(config)
  }

  /** Budgets that are this process's own. Throws as the constructor does when a figure is out of range. */
  static local(clock: Clock, config: Readonly<Record<string, BudgetConfig>>): Budgets<BudgetConfig, Budget> {
    return new Budgets((name, one) => new Budget(name, clock, one), config)
  }

  /** The budget of that name, or undefined. */
  find(name: string): One | undefined {
    return this.#budgets.get(name)
  }

  /**
   * Takes over a new configuration: budgets that stay keep their level, new ones start as `make` makes them, others are gone. Throws as the
   * constructor, and then has changed nothing.
   */
  reconfigure(config: Readonly<Record<string, Config>>): void {
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

  #create(name: string, config: Config): One {
    try {
      return this.#make(name, config)
    } catch (cause) {
      throw new Error(`budget ${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    }
  }
}
