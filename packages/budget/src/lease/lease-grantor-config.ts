import type { Ledger } from './commit-ledger.ts'
import type { Share } from './share.ts'

/** How a grantor shares one budget out. */
export interface LeaseGrantorConfig {
  readonly budget: string
  /** Chosen anew for each term of office. */
  readonly incarnation: string
  /** Largest relative difference between the rates of any two clocks (ρ). */
  readonly drift: number
  /** How long a lease holds, in milliseconds. */
  readonly ttlMs: number
  /** How long a slice outlives its lease, in milliseconds; Infinity when floors are reserved by configuration. */
  readonly sliceTtlMs: number
  /** The most that predecessors in office may have given in slices, all together; left out where slices never expire. */
  readonly slicesBefore?: Share
  /** Predecessors have given no slices but those that are inherited. */
  readonly areSlicesKnown?: boolean
  /** Fraction of the capacity that stays here for instant growth. */
  readonly spare: number
  /** What is left over is saved up here and handed out in lumps to who is short: always, or only where units are. */
  readonly lumps: 'always' | 'in_units'
  /** With less burst than this for each holder that is asked for something, whole units go to those who ask. */
  readonly leastBurst: number
  /** Growth, as a fraction, that is worth a message before the holder reports again. */
  readonly worthwhile: number
  /** Makes the books; left out, the {@link CommitLedger}. Simulations put a broken one in to see that it is noticed. */
  readonly newLedger?: () => Ledger
}
