import { ManualClock } from '@spillway/clock'
import { describe, expect, test } from 'vitest'
import type { RegionHandOver, SuccessionClaim } from './region-hand-over.ts'
import { Succession } from './succession.ts'

const office = { epoch: 7, deadlineMs: 60_000 }

const voter = { promisedTo: '', round: 0, forMs: 0, isToLeader: false, left: '', leftForMs: 0, epoch: 0, otherEpoch: 0 }

function handOverTo({ heir, seq }: SuccessionClaim, overrides: Partial<RegionHandOver> = {}): RegionHandOver {
  const left = { incarnation: 'old', epoch: 7, revision: 3 }
  return { kind: 'hand_over', ...left, heir, anchor: seq, officeMs: 5_000, voter, budgets: [], ...overrides }
}

/** One that leaves, and one that has claimed its office. */
function aPair(clock: ManualClock): { leaver: Succession; heir: Succession; claim: SuccessionClaim } {
  const [leaver, heir] = [new Succession('old', 0, clock), new Succession('new', 0, clock)]
  leaver.leave()
  const offer = leaver.poll(office)
  const claim = offer?.kind === 'offer' ? heir.claim(offer) : undefined
  if (!claim) throw new Error('no claim')
  return { leaver, heir, claim }
}

test('an office is offered again and again until it is gone, and what was left is sent more than once', () => {
  const clock = new ManualClock()
  const { leaver, claim } = aPair(clock)
  expect(leaver.poll(office)).toBeUndefined()
  clock.advance(100)
  expect(leaver.poll(office)).toMatchObject({ kind: 'offer' })

  const whole = handOverTo(claim)
  expect(leaver.accepts(claim)).toBe(true)
  expect(leaver.handOver(whole)).toBe(whole)
  const later = Array.from({ length: 5 }, () => {
    clock.advance(100)
    return leaver.poll(undefined)
  })

  expect(later).toEqual([whole, whole, undefined, undefined, undefined])
})

test('only the first claim is accepted, and none before the office was offered', () => {
  const clock = new ManualClock()
  const { leaver, claim } = aPair(clock)
  leaver.handOver(handOverTo(claim))

  expect(leaver.accepts({ ...claim, heir: 'third' })).toBe(false)
  expect(new Succession('old', 0, clock).accepts(claim)).toBe(false)
})

test('who is about to leave itself claims nothing', () => {
  const { heir } = aPair(new ManualClock())
  heir.leave()

  expect(heir.claim({ kind: 'offer', incarnation: 'old', epoch: 7 })).toBeUndefined()
})

test('an inheritance is taken once, and ends when somebody else could have had the office, counted from the claim', () => {
  const clock = new ManualClock()
  const { heir, claim } = aPair(clock)
  const claimedMs = clock.nowMs()
  clock.advance(4_000)

  expect(heir.take(handOverTo(claim))?.until).toMatchObject({
    monotonicMs: claimedMs + 5_000,
    deadMs: claimedMs + 9_000,
  })
  expect(heir.take(handOverTo(claim))).toBeUndefined()
})

describe('a hand-over that was not claimed so changes nothing', () => {
  test.each<[string, Partial<RegionHandOver>]>([
    ['for another heir', { heir: 'third' }],
    ['of somebody whose office was not claimed', { incarnation: 'stranger' }],
    ['that answers no claim', { anchor: 99 }],
    ['for a negative time', { officeMs: -1 }],
    ['for an endless time', { officeMs: Number.POSITIVE_INFINITY }],
    ['with a number that is none', { voter: { ...voter, forMs: Number.NaN } }],
    [
      'with a share that is none',
      {
        budgets: [
          { budget: 'b', above: undefined, unknownSlices: { rate: -1, burst: 0 }, areSlicesKnown: true, holders: [] },
        ],
      },
    ],
  ])('%s', (_, overrides) => {
    const { heir, claim } = aPair(new ManualClock())

    expect(heir.take(handOverTo(claim, overrides))).toBeUndefined()
    expect(heir.inheritance).toBeUndefined()
  })
})
