import type { Share } from './share.ts'

/** One budget as a process has it configured. */
export interface BudgetTerms {
  readonly budget: string
  readonly share: Share
  /** What each region keeps whatever happens, and its weight in the rest. Floors add up to at most the share. */
  readonly regions: ReadonlyMap<string, RegionTerms>
}

/** One region in the terms of a budget. */
export interface RegionTerms {
  readonly floor: Share
  readonly weight: number
}

/** What a region tells of its own configuration, with each of its reports: what may be in force depends on who knows what. */
export interface TermsReport {
  /** The whole budget as configured there; a rate and a burst above 0. */
  readonly whole: Share
  /** The region's own floor as configured there. */
  readonly floor: Share
  /** What the region would set aside for each region, its own included, that it cannot hear. */
  readonly reserved: ReadonlyMap<string, Share>
  /** Every slice of the floor that may be in force in the region is in the report. */
  readonly areSlicesKnown: boolean
}

/**
 * How far a change of terms has got. `agreeing`: configurations differ, and the smaller of each figure is enforced. `lowering`: what
 * was granted under larger terms is not yet acknowledged away or expired. `settled`: neither.
 */
export const TERMS_PHASES = ['settled', 'lowering', 'agreeing'] as const

/** One of {@link TERMS_PHASES}. */
export type TermsPhase = (typeof TERMS_PHASES)[number]

/** The terms that an allocator enforces, as grants carry them down to every sidecar. */
export interface TermsInForce {
  /** Epoch of the allocator. */
  readonly epoch: number
  /** Counts the changes in that epoch, from 1. Later terms have a higher epoch or, in the same, a higher revision. */
  readonly revision: number
  readonly whole: Share
  readonly phase: TermsPhase
}
