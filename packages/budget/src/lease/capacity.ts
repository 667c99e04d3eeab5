import type { Share } from './share.ts'
import type { TermsInForce } from './terms.ts'

/** What there is to share out. */
export interface Capacity {
  readonly share: Share
  /** Grantor's monotonic time after which nothing of it may be in force; Infinity when it is ours for good. */
  readonly expiresMs: number
  /** The part of it that is ours beyond `expiresMs`: slices come out of it. */
  readonly pool: Share
  /** What is set aside for holders by name, heard of or not; left out where holders come and go. */
  readonly reserved?: ReadonlyMap<string, Share>
  /** The terms of the whole budget, for grants to carry; undefined while nobody knows them. */
  readonly terms?: TermsInForce | undefined
  /** It comes in whole units, and so must go on. */
  readonly isInUnits?: boolean
}
