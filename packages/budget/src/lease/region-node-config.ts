import type { Agreement } from './agreed-terms.ts'
import type { Ledger } from './commit-ledger.ts'
import type { BudgetTerms } from './terms.ts'

/** What a region's process is told. Times in milliseconds. */
export interface RegionNodeConfig {
  readonly region: string
  readonly incarnation: string
  /** Who elects the region's aggregator, by name; nobody: a key with a time to live decides. The same in the whole region. */
  readonly voters: readonly string[]
  /** The shared budgets, by name. */
  readonly terms: ReadonlyMap<string, BudgetTerms>
  /** Largest relative difference between the rates of any two clocks (ρ). */
  readonly drift: number
  /** The difference that elections reckon with; never smaller than `drift` but to see a simulation fail. */
  readonly electionDrift: number
  readonly sidecarLeaseMs: number
  /** How long a sidecar's slice of the region's floor outlives its lease. */
  readonly sliceMs: number
  /** Fraction kept back at each level for instant growth. */
  readonly spare: number
  /** See `LeaseGrantorConfig.newLedger`. */
  readonly newLedger?: () => Ledger
  /** See `AllocatorConfig.newAgreement`. */
  readonly newAgreement?: (own: BudgetTerms) => Agreement
}

/** Defaults beside the type. */
export const defaultRegionNodeConfig = {
  voters: [] as readonly string[],
  drift: 0.02,
  electionDrift: 0.02,
  sidecarLeaseMs: 3_000,
  sliceMs: 30_000,
  spare: 0.04,
} as const
