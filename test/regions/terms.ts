import type { BudgetTerms } from '@spillway/budget'
import { REGIONS } from './topology.ts'

/** The budget of the tour: 300 units per second over all regions, a burst of 150, floors of 10 % for each region. */
export const TERMS: BudgetTerms = {
  budget: 'api',
  share: { rate: 300, burst: 150 },
  regions: new Map(REGIONS.map((region) => [region, { floor: { rate: 30, burst: 15 }, weight: 1 }] as const)),
}

/** Sidecars over all regions. */
export const SIDECARS = 9

/** What callers of one sidecar ask for, in calls per second, most important first: critical, default, sheddable. */
export type Load = readonly [number, number, number]
