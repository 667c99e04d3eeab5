import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Bucket } from './bucket.ts'
import { SettableClock } from './settable-clock.fixture.ts'

/** What a bucket under test can do. */
type TokenBucket = Pick<Bucket, 'take' | 'giveBack' | 'refilledMs'>

type Step =
  | { readonly kind: 'take'; readonly cost: number; readonly floor: number }
  /** Gives back one of the calls that are out, `age` calls from the newest. */
  | { readonly kind: 'giveBack'; readonly age: number }
  /** Moves the clock; back, too. */
  | { readonly kind: 'move'; readonly byMs: number }

interface Taken {
  readonly cost: number
  readonly atMs: number
  readonly takenMs: number
}

const FLOW = { rate: 100, burst: 10 }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('take' as const),
    cost: fc.oneof(fc.integer({ min: 1, max: 11 }), fc.double({ min: 0.01, max: 10, noNaN: true })),
    floor: fc.constantFrom(0, 2, 5),
  }),
  fc.record({ kind: fc.constant('giveBack' as const), age: fc.nat(4) }),
  fc.record({
    kind: fc.constant('move' as const),
    byMs: fc.oneof(fc.nat(120), fc.constantFrom(1, 10, 100, 4_999, 5_000, 20_000), fc.integer({ min: -500, max: -1 })),
  }),
)

/** Plays the steps and returns what was taken and kept, with the highest time that the bucket had read by then. */
function play(steps: readonly Step[], create: (clock: SettableClock) => TokenBucket): Taken[] {
  const clock = new SettableClock(1_000)
  const bucket = create(clock)
  const kept: Taken[] = []
  for (const each of steps) {
    if (each.kind === 'move') {
      clock.moveBy(each.byMs)
    } else if (each.kind === 'take') {
      if (bucket.take(each.cost, each.floor) === 0)
        kept.push({ cost: each.cost, atMs: clock.latestReadMs, takenMs: bucket.refilledMs })
    } else {
      for (const { cost, takenMs } of kept.splice(kept.length - 1 - each.age, 1)) bucket.giveBack(cost, takenMs)
    }
  }
  return kept
}

/** The most by which any interval exceeds `burst + rate * dt`. */
function worstExcess(kept: readonly Taken[]): number {
  let worst = 0
  for (let first = 0; first < kept.length; first++) {
    let sum = 0
    const startMs = kept[first]?.atMs ?? 0
    for (const { cost, atMs } of kept.slice(first)) {
      sum += cost
      worst = Math.max(worst, sum - FLOW.burst - (FLOW.rate * (atMs - startMs)) / 1_000)
    }
  }
  return worst
}

function holdsFor(create: (clock: SettableClock) => TokenBucket): fc.IProperty<[Step[]]> {
  return fc.property(fc.array(step, { maxLength: 60 }), (steps) => worstExcess(play(steps, create)) < 1e-6)
}

test('in no interval is more taken and kept than the burst and what flowed in, whatever the clock does', () => {
  fc.assert(
    holdsFor((clock) => new Bucket(clock, FLOW)),
    { numRuns: 3_000 },
  )
})

describe('the property finds', () => {
  class Broken implements TokenBucket {
    protected readonly clock: SettableClock
    protected level = FLOW.burst
    refilledMs: number

    constructor(clock: SettableClock) {
      this.clock = clock
      this.refilledMs = clock.nowMs()
    }

    take(cost: number): number {
      this.refill()
      if (cost > this.level) return 1
      this.level -= cost
      return 0
    }

    giveBack(cost: number): void {
      this.level = Math.min(FLOW.burst, this.level + cost)
    }

    protected refill(): void {
      const passedMs = Math.max(0, this.clock.nowMs() - this.refilledMs)
      this.refilledMs += passedMs
      this.level = Math.min(FLOW.burst, this.level + (FLOW.rate * passedMs) / 1_000)
    }
  }

  class GivesBackPastTheBurst extends Broken {
    override giveBack(cost: number): void {
      this.level += cost
    }
  }

  class RefillsAfterGoingBack extends Broken {
    protected override refill(): void {
      if (this.clock.nowMs() < this.refilledMs) this.refilledMs = this.clock.nowMs()
      super.refill()
    }
  }

  test.each([
    ['tokens that are given back after they would have overflowed', Broken],
    ['tokens that are given back past the burst', GivesBackPastTheBurst],
    ['time that is paid out twice when the clock goes back', RefillsAfterGoingBack],
  ])('%s', (_bug, Bug) => {
    const result = fc.check(
      holdsFor((clock) => new Bug(clock)),
      { numRuns: 3_000, seed: 1 },
    )

    expect(result.failed).toBe(true)
  })
})

test('a call that waits as long as it was told gets its tokens, if nobody else draws', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.1, max: 1e5, noNaN: true }),
      fc.integer({ min: 1, max: 1_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (rate, burst, fullness, share) => {
        const clock = new SettableClock(0)
        const bucket = new Bucket(clock, { rate, burst, level: burst * fullness })
        const cost = Math.max(0.001, share * burst)
        const waitMs = bucket.take(cost, burst / 5)
        clock.set(Math.ceil(waitMs))

        return waitMs === 0 || bucket.take(cost, burst / 5) === 0
      },
    ),
  )
})

test('the flow changes without ever making tokens', () => {
  const change = fc.record({ rate: fc.nat(200), burst: fc.nat(20), afterMs: fc.nat(300), cost: fc.nat(20) })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
      const clock = new SettableClock(0)
      const bucket = new Bucket(clock, { rate: 0, burst: 0 })
      let flowedIn = 0
      let taken = 0
      for (const { rate, burst, afterMs, cost } of changes) {
        flowedIn += (bucket.rate * afterMs) / 1_000
        clock.moveBy(afterMs)
        bucket.setRate(rate, burst)
        if (bucket.take(cost) === 0) taken += cost
        expect(bucket.level()).toBeLessThanOrEqual(burst)
      }
      expect(taken).toBeLessThanOrEqual(flowedIn + 1e-6)
    }),
  )
})
