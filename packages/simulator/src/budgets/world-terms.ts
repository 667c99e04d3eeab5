import type { BudgetTerms, Share } from '@spillway/budget'

/** What a process may be configured with. */
export interface WorldTerms {
  readonly budget: Share
  /** Part of the budget that each region keeps as its floor, by region. */
  readonly floors: readonly number[]
}

/** The budget `b`, so configured, as those who share it out know it. */
export function budgetTerms({ budget, floors }: WorldTerms): BudgetTerms {
  const regions = floors.map((part, region) => {
    const floor = { rate: budget.rate * part, burst: budget.burst * part }
    return [regionName(region), { floor, weight: 1 }] as const
  })
  return { budget: 'b', share: budget, regions: new Map(regions) }
}

/** Name of a region, by number. */
export function regionName(region: number): string {
  return `r${region}`
}
