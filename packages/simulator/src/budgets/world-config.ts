import type { Share } from '@spillway/budget'
import type { LinkConditions } from '../virtual-network.ts'
import type { Demand } from './open-load.ts'
import type { Sabotage } from './sabotage.ts'

/** A fleet to simulate. */
export interface WorldConfig {
  readonly regions: number
  readonly sidecars: number
  /** Processes in each region that may become its aggregator, and the allocator. */
  readonly processes: number
  /** All processes of a region vote on its aggregator; else a key decides. */
  readonly hasVoters?: boolean
  readonly budget: Share
  /** Part of the budget that is split into region floors. */
  readonly floors: number
  /** Largest difference between any two clocks that leases reckon with, as a fraction. */
  readonly drift: number
  /** How far clocks really are apart; `drift` left out. Refill reckons with it. */
  readonly clockSpread?: number
  readonly between: LinkConditions
  readonly inside: LinkConditions
  /** Conditions of single links; undefined for those of the two above. */
  readonly link?: (from: string, to: string) => LinkConditions | undefined
  readonly demand: Demand
  readonly sabotage: Sabotage
  /** How long sidecars live on slices of the floor; left out, as in the sidecar. In milliseconds. */
  readonly sliceMs?: number
  /** How long calls wait for units where the budget is smaller than the fleet, in milliseconds; left out: not at all. */
  readonly askWaitMs?: number
  /** How often things happen; left out, as in the sidecar. */
  readonly pace?: WorldPace
  /** When sidecars start, one after the other within a second, in milliseconds; left out: all at once at the beginning. */
  readonly joinMs?: number
}

/** How often things happen in a world, in milliseconds; each a multiple of the first. */
export interface WorldPace {
  readonly stepMs: number
  readonly pollMs: number
  readonly allocateMs: number
}

/** As in the sidecar. */
export const USUAL_PACE: WorldPace = { stepMs: 10, pollMs: 20, allocateMs: 50 }

/** When the sidecar of that number starts: spread, so that reports do not come in step. */
export function joinMs({ joinMs, sidecars }: Pick<WorldConfig, 'joinMs' | 'sidecars'>, index: number): number {
  return joinMs === undefined ? 0 : joinMs + (1_000 * index) / sidecars
}
