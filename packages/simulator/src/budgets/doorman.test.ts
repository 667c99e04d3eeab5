import { NO_SHARE, type LeaseGrant, type LeaseReport, type Share } from '@spillway/budget'
import { expect, test } from 'vitest'
import { Doorman } from './doorman.ts'

const half = { rate: 50, burst: 5 }
const whole = { rate: 100, burst: 10 }

function aReport(holder: string, force: Share): LeaseReport {
  const state = { used: 0, wants: [100], level: 0, asks: [], returned: 0, slice: NO_SHARE }
  return { budget: 'b', holder, incarnation: 'i', seq: 1, ack: undefined, force, ...state }
}

function aGrant(grantor: string, holder: string, share: Share): LeaseGrant {
  const times = { ttlMs: 9_000, sliceTtlMs: 0, slice: NO_SHARE, lump: 0, isPressed: true, isInUnits: false }
  return { budget: 'b', holder, incarnation: 'i', grantor, epoch: 1, seq: 1, anchor: 1, share, ...times }
}

test('a new master answers with what clients claim, and knows better when a lease has passed', () => {
  const doorman = new Doorman()
  doorman.heard([aReport('r0', half)])
  doorman.answer(aGrant('first', 'r0', whole), 0)

  expect(doorman.answer(aGrant('first', 'r0', whole), 19_000).share).toEqual(half)
  expect(doorman.answer(aGrant('first', 'r1', whole), 19_000).share).toEqual(NO_SHARE)
  expect(doorman.answer(aGrant('first', 'r0', whole), 21_000).share).toEqual(whole)
  expect(doorman.answer(aGrant('second', 'r0', whole), 21_000).share).toEqual(half)
})

test('what was answered goes into the books, for as long as a lease', () => {
  const doorman = new Doorman()
  const ledger = doorman.newLedger()
  doorman.heard([aReport('r0', half)])
  ledger.book({
    id: { epoch: 1, seq: 1 },
    anchor: 1,
    share: whole,
    expiresMs: 9_000,
    slice: NO_SHARE,
    sliceExpiresMs: 9_000,
  })
  doorman.answer(aGrant('first', 'r0', whole), 0)

  expect(ledger.commit(19_000)).toEqual(half)
  expect(ledger.commit(21_000)).toEqual(NO_SHARE)
})
