import type { BudgetTerms } from '@spillway/budget'
import { REGIONS } from './topology.ts'

/** The budget of the tour: 300 units per second over all regions, a burst of 300, floors of 10 % for each region. */
export const TERMS: BudgetTerms = {
  budget: 'api',
  share: { rate: 300, burst: 300 },
  regions: new Map(REGIONS.map((region) => [region, { floor: { rate: 30, burst: 30 }, weight: 1 }] as const)),
}

/** Sidecars over all regions. */
export const SIDECARS = 9

/** Classes of callers, most important first, as `tour.proto` declares the methods below. */
export const CLASSES = ['critical', 'standard', 'sheddable'] as const

/** What each class calls. */
export const METHODS = ['/tour.v1.Tour/Pay', '/tour.v1.Tour/Browse', '/tour.v1.Tour/Suggest'] as const

/** What callers of one sidecar ask for, in calls per second by class. */
export type Load = readonly [number, number, number]
