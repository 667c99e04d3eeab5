import type { HolderBook } from './holder-book.ts'
import type { SidecarCommitment } from './region-hand-over.ts'

/** All that may be in force at the holders of a book, and what those in touch ask for, for an heir. */
export function commitmentsOf(book: HolderBook, nowMs: number): SidecarCommitment[] {
  const newest = new Set(book.newest)
  return Array.from(book.all, (each) => {
    const { id: holder, incarnation, ledger, latest } = each
    const isInTouch = newest.has(each)
    return {
      holder,
      incarnation,
      seq: isInTouch ? latest.seq : 0,
      wants: isInTouch ? latest.wants : [],
      returned: isInTouch ? latest.returned : 0,
      share: ledger.commit(nowMs),
      remainingMs: Math.max(0, ledger.lastExpiryMs() - nowMs),
      slice: ledger.sliceCommit(nowMs),
      sliceRemainingMs: Math.max(0, ledger.lastSliceExpiryMs() - nowMs),
    }
  }).filter(({ share, seq }) => seq > 0 || share.rate > 0 || share.burst > 0)
}
