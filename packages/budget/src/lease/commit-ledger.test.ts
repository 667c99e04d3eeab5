import { expect, test } from 'vitest'
import { CommitLedger, type Booking } from './commit-ledger.ts'
import { NO_SHARE } from './share.ts'

const share = (rate: number): { rate: number; burst: number } => ({ rate, burst: rate })

function booking(seq: number, rate: number, expiresMs: number): Booking {
  return { id: { epoch: 1, seq }, anchor: seq, share: share(rate), expiresMs, slice: NO_SHARE, sliceExpiresMs: 0 }
}

test('books the maximum of all grants that may be in force', () => {
  const ledger = new CommitLedger()
  ledger.book(booking(1, 100, 1_000))
  ledger.book(booking(2, 10, 2_000))

  expect(ledger.commit(0).rate).toBe(100)
})

test('frees a cut only when it is acknowledged', () => {
  const ledger = new CommitLedger()
  ledger.book(booking(1, 100, 1_000))
  ledger.book(booking(2, 10, 1_000))

  expect(ledger.acknowledge({ epoch: 1, seq: 2 }, share(10), NO_SHARE)).toBe(true)

  expect(ledger.commit(0).rate).toBe(10)
})

test('keeps later grants booked when an older one is acknowledged', () => {
  const ledger = new CommitLedger()
  ledger.book(booking(1, 10, 1_000))
  ledger.book(booking(2, 100, 1_000))

  ledger.acknowledge({ epoch: 1, seq: 1 }, share(10), NO_SHARE)

  expect(ledger.commit(0).rate).toBe(100)
})

test('frees what has expired', () => {
  const ledger = new CommitLedger()
  ledger.book(booking(1, 100, 1_000))

  expect(ledger.commit(999).rate).toBe(100)
  expect(ledger.commit(1_000).rate).toBe(0)
})

test('keeps the slice booked after the lease', () => {
  const ledger = new CommitLedger()
  ledger.book({ ...booking(1, 100, 1_000), slice: share(5), sliceExpiresMs: 3_000 })

  expect(ledger.commit(2_000).rate).toBe(5)
  expect(ledger.commit(3_000).rate).toBe(0)
})

test('takes a voluntary release as the new maximum', () => {
  const ledger = new CommitLedger()
  ledger.book(booking(1, 100, 1_000))

  ledger.acknowledge({ epoch: 1, seq: 1 }, share(30), NO_SHARE)

  expect(ledger.commit(0).rate).toBe(30)
})

test('refuses a claim to more than was ever given', () => {
  const ledger = new CommitLedger()
  ledger.book(booking(1, 100, 1_000))

  expect(ledger.acknowledge({ epoch: 1, seq: 1 }, share(101), NO_SHARE)).toBe(false)
  expect(ledger.commit(0).rate).toBe(100)
})

test('holds an unfinished claw-back for as long as the older grant could last', () => {
  const ledger = new CommitLedger()
  ledger.book(booking(1, 100, 1_000))
  ledger.book(booking(2, 10, 5_000))

  ledger.acknowledge({ epoch: 1, seq: 2 }, share(60), NO_SHARE)

  expect(ledger.commit(4_999).rate).toBe(60)
})

test('lowers what was granted before a release was known, but for its slice', () => {
  const ledger = new CommitLedger()
  ledger.book({ ...booking(1, 100, 1_000), slice: share(35), sliceExpiresMs: 3_000 })
  ledger.book(booking(2, 90, 1_000))
  ledger.book(booking(3, 5, 1_000))

  ledger.cap({ before: 3, share: share(30) })

  expect(ledger.commit(0).rate).toBe(35)
  ledger.acknowledge({ epoch: 1, seq: 2 }, share(30), NO_SHARE)
  expect(ledger.commit(0).rate).toBe(30)
})

test('keeps booked what answers the release itself, and what nobody knows the report of', () => {
  const ledger = new CommitLedger()
  ledger.book(booking(3, 80, 1_000))
  ledger.cap({ before: 3, share: share(30) })
  expect(ledger.commit(0).rate).toBe(80)

  const inherited = new CommitLedger()
  inherited.book({ ...booking(0, 80, 1_000), anchor: Number.POSITIVE_INFINITY })
  inherited.cap({ before: 3, share: share(30) })
  expect(inherited.commit(0).rate).toBe(80)
})
