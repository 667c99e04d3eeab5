import type { BudgetTerms, Share } from '@spillway/budget'
import type { SidecarConfig } from './config/schema.ts'

/** Shared budgets as those who share them out know them. Floors are fractions of rate and burst alike. */
export function budgetTerms(budgets: SidecarConfig['budgets']): ReadonlyMap<string, BudgetTerms> {
  return new Map(Object.entries(budgets).map(([budget, settings]) => [budget, termsOf(budget, settings)]))
}

function termsOf(budget: string, { rate, burst, regions }: SidecarConfig['budgets'][string]): BudgetTerms {
  const share: Share = { rate, burst }
  const entries = Object.entries(regions).map(([region, { floor }]) => {
    return [region, { floor: { rate: rate * floor, burst: burst * floor }, weight: 1 }] as const
  })
  return { budget, share, regions: new Map(entries) }
}
