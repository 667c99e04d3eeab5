import { ManualClock } from '@spillway/clock'
import { describe, expect, test } from 'vitest'
import { AgreedTerms } from './agreed-terms.ts'
import { aReport } from './lease.fixture.ts'
import type { LeaseReport } from './message.ts'
import { NO_SHARE, type Share } from './share.ts'
import type { BudgetTerms, TermsReport } from './terms.ts'

/** A budget of that rate for `east` and `west`, with floors of these rates. */
function terms(rate: number, east: number, west: number): BudgetTerms {
  const region = (floor: number): { floor: Share; weight: number } => ({ floor: share(floor), weight: 1 })
  return {
    budget: 'b',
    share: share(rate),
    regions: new Map([
      ['east', region(east)],
      ['west', region(west)],
    ]),
  }
}

function share(rate: number): Share {
  return { rate, burst: rate }
}

/** What a region that is configured so reports. */
function report(holder: string, own: BudgetTerms, overrides: Partial<LeaseReport> = {}): LeaseReport {
  const reserved = new Map(Array.from(own.regions, ([name, { floor }]) => [name, floor]))
  const floor = own.regions.get(holder)?.floor ?? NO_SHARE
  const told: TermsReport = { whole: own.share, floor, reserved, areSlicesKnown: true }
  return aReport({ holder, slice: floor, terms: told, ...overrides })
}

const before = terms(100, 10, 10)

function agreed(own = before): { agreed: AgreedTerms; clock: ManualClock } {
  const clock = new ManualClock()
  return { agreed: new AgreedTerms(own, 9_000, clock), clock }
}

describe('rate and burst', () => {
  test('are the smallest that a live region is configured with', () => {
    const { agreed: one, clock } = agreed()
    one.overhear(report('east', before))
    one.overhear(report('west', terms(60, 10, 10)))
    expect(one.whole()).toEqual(share(60))

    clock.advance(9_001)
    expect(one.whole()).toEqual(share(100))
  })

  test('grow when the last region has been told', () => {
    const { agreed: one } = agreed()
    const after = terms(200, 10, 10)
    one.overhear(report('east', before))
    one.overhear(report('west', before))
    one.configure(after)
    one.overhear(report('east', after, { seq: 2 }))
    expect(one.whole()).toEqual(share(100))

    one.overhear(report('west', after, { seq: 2 }))
    expect(one.whole()).toEqual(share(200))
  })
})

describe('a floor', () => {
  test('is kept without a lease only as far as every region reckons with it', () => {
    const { agreed: one } = agreed()
    const after = terms(100, 40, 10)
    one.configure(after)
    one.overhear(report('east', after, { slice: share(10) }))
    one.overhear(report('west', before))
    expect(one.sliceOf('east')).toEqual(share(10))

    one.overhear(report('west', after, { seq: 2 }))
    expect(one.sliceOf('east')).toEqual(share(40))
  })

  test('stays what it was while some region was never heard of', () => {
    const { agreed: one } = agreed(terms(100, 40, 10))
    one.overhear(report('east', terms(100, 40, 10), { slice: share(15) }))

    expect(one.sliceOf('east')).toEqual(share(15))
  })

  test('is set aside after it was lowered until its region says that it runs on less', () => {
    const { agreed: one } = agreed()
    const after = terms(100, 2, 10)
    one.configure(after)
    expect(one.reserved().get('east')).toEqual(share(10))
    expect(one.isLowering).toBe(true)

    one.overhear(report('east', after, { slice: share(10) }))
    expect(one.reserved().get('east')).toEqual(share(10))
    one.overhear(report('east', after, { seq: 2 }))
    expect(one.reserved().get('east')).toEqual(share(2))
    expect(one.isLowering).toBe(false)
  })

  test('is not freed by a region whose aggregator is too new to know all slices', () => {
    const { agreed: one } = agreed()
    const after = terms(100, 2, 10)
    one.configure(after)
    const { terms: told } = report('east', after)
    one.overhear(report('east', after, told && { terms: { ...told, areSlicesKnown: false } }))

    expect(one.reserved().get('east')).toEqual(share(10))
  })

  test('is set aside for a region that was taken out, as long as it may live on it', () => {
    const { agreed: one } = agreed()
    one.configure({ ...before, regions: new Map([...before.regions].slice(0, 1)) })

    expect(one.reserved().get('west')).toEqual(share(10))
    expect(one.sliceOf('west')).toEqual(NO_SHARE)
  })

  test('is set aside as another region remembers it, by a process that never knew it', () => {
    const { agreed: fresh } = agreed(terms(100, 2, 10))
    const { terms: told } = report('west', before)
    fresh.overhear(report('west', terms(100, 2, 10), told && { terms: told }))

    expect(fresh.reserved().get('east')).toEqual(share(10))
  })
})

test('a report that is older than one that was heard changes nothing', () => {
  const { agreed: one } = agreed()
  one.overhear(report('west', before, { seq: 5 }))
  one.overhear(report('west', terms(1, 0, 0), { seq: 4 }))

  expect(one.whole()).toEqual(share(100))
})

test('two configurations at once are told with the figures of both', () => {
  const { agreed: one } = agreed()
  one.overhear(report('east', before))
  one.overhear(report('west', terms(60, 10, 6)))

  expect(one.conflicts()).toEqual([
    {
      region: 'west',
      theirs: { whole: share(60), floor: share(6) },
      ours: { whole: share(100), floor: share(10) },
    },
  ])
})
