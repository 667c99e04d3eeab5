import type { Capacity } from './capacity.ts'
import type { Holder, HolderBook } from './holder-book.ts'
import { NO_SHARE, addShares, isWithin, maxShare, type Share } from './share.ts'

/** What is kept from everybody else for holders by name, whichever of their incarnations runs on it. */
export interface SetAside {
  readonly shares: ReadonlyMap<string, Share>
  readonly sum: Share
  /** All of it has room: a holder may have its part at once. */
  readonly isFree: boolean
}

const NOBODY: ReadonlyMap<string, Share> = new Map()

/** Nothing is kept for anybody. */
export const NOTHING_ASIDE: SetAside = { shares: NOBODY, sum: NO_SHARE, isFree: true }

/** The moment of a count: under which epoch, when, and since when who was silent is out of touch. */
interface Moment {
  readonly epoch: number
  readonly nowMs: number
  readonly silentMs: number
}

/**
 * Counts what is out. While all that is to be set aside has room, it is the holders' for the asking. It may not have, after the
 * configuration was changed: then nothing of it is granted beyond what is free, and of those who run on a grant of this epoch
 * the books know everything, so that only what they keep without a lease counts once.
 */
export function recount(book: HolderBook, { reserved = NOBODY, share }: Capacity, moment: Moment): SetAside {
  const { nowMs, silentMs } = moment
  const whole = setAside(reserved, true)
  if (reserved.size > 0) book.reserve(reserved)
  book.sweep(nowMs, silentMs)
  if (isWithin(addShares(book.committed, whole.sum), share) || reserved.size === 0) return whole
  const known = setAside(new Map([...reserved, ...keptByKnown(book, moment)]), false)
  book.reserve(known.shares)
  book.sweep(nowMs, silentMs)
  return known
}

/** Of what is set aside, the part of those who are not heard of, in units per second. */
export function absentRate({ sum }: SetAside, holders: readonly Holder[]): number {
  return holders.reduce((left, { reserved }) => left - reserved.rate, sum.rate)
}

/** What holders of whom everything is known keep without a lease. */
function keptByKnown(book: HolderBook, { epoch, nowMs }: Moment): Map<string, Share> {
  const kept = new Map<string, Share>()
  const isKnown = new Set<string>()
  for (const { id, ledger, latest } of book.all) {
    kept.set(id, maxShare(kept.get(id) ?? NO_SHARE, ledger.sliceCommit(nowMs)))
    if (latest.ack?.epoch === epoch && latest.terms?.areSlicesKnown === true) isKnown.add(id)
  }
  for (const id of kept.keys()) if (!isKnown.has(id)) kept.delete(id)
  return kept
}

function setAside(shares: ReadonlyMap<string, Share>, isFree: boolean): SetAside {
  return { shares, sum: [...shares.values()].reduce(addShares, NO_SHARE), isFree }
}
