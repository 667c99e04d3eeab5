import type { LeaseHolderConfig } from './lease-holder.ts'
import { SIDECAR_PACE, type ReportPaceConfig } from './report-pace.ts'

/** One sidecar's part in one shared budget. */
export interface LeasedBudgetConfig extends LeaseHolderConfig {
  /** Slows the refill, so that a fast clock does not make more than its share. */
  readonly refillDrift: number
  /** What must stay saved up after a call of each tier, as a fraction of the burst in force; 0 for the most important. */
  readonly watermarks: readonly number[]
  /** What each tier may draw below its watermark, as a fraction of the rate in force. */
  readonly classFloors: readonly number[]
  readonly pace: ReportPaceConfig
}

/** Defaults beside the type: see ARCHITECTURE.md, "Shared budgets". */
export const defaultLeasedBudgetConfig: Omit<LeasedBudgetConfig, keyof LeaseHolderConfig> = {
  refillDrift: 0.001,
  watermarks: [0, 0.2, 0.25, 0.3],
  classFloors: [0, 0.01, 0.01, 0.01],
  pace: SIDECAR_PACE,
}
