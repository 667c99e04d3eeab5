import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Bucket } from './bucket.ts'
import { SettableClock } from './settable-clock.fixture.ts'

/** What a bucket under test can do. */
type TokenBucket = Pick<Bucket, 'take' | 'giveBack' | 'refilledMs' | 'setRate'>

interface Flow {
  readonly rate: number
  readonly burst: number
}

type Step =
  | { readonly kind: 'take'; readonly cost: number; readonly floor: number }
  /** Gives back one of the calls that are out, `age` calls from the newest. */
  | { readonly kind: 'giveBack'; readonly age: number }
  /** Moves the clock; back, too. */
  | { readonly kind: 'move'; readonly byMs: number }
  | { readonly kind: 'setRate'; readonly flow: Flow }

/** Something that happened to a bucket, at the highest time that it had read by then. */
type Event =
  | { readonly kind: 'taken'; readonly cost: number; readonly atMs: number; readonly takenMs: number }
  | { readonly kind: 'flow'; readonly flow: Flow; readonly atMs: number }

const START: Flow = { rate: 100, burst: 10 }

const take = fc.record({
  kind: fc.constant('take' as const),
  cost: fc.oneof(fc.integer({ min: 1, max: 11 }), fc.double({ min: 0.01, max: 10, noNaN: true })),
  floor: fc.constantFrom(0, 2, 5),
})
const giveBack = fc.record({ kind: fc.constant('giveBack' as const), age: fc.nat(4) })
const move = fc.record({
  kind: fc.constant('move' as const),
  byMs: fc.oneof(fc.nat(120), fc.constantFrom(1, 10, 100, 999, 1_000, 20_000), fc.integer({ min: -500, max: -1 })),
})
const setRate = fc.record({
  kind: fc.constant('setRate' as const),
  flow: fc.record({ rate: fc.constantFrom(0, 1, 5, 100), burst: fc.constantFrom(0, 4, 10, 20) }),
})

/** Without `setRate`: the bound over an interval is simple only while the flow stays. */
const steadyStep: fc.Arbitrary<Step> = fc.oneof(take, giveBack, move)
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: take },
  { weight: 5, arbitrary: giveBack },
  { weight: 5, arbitrary: move },
  { weight: 1, arbitrary: setRate },
)

/** Plays the steps and returns what happened, without the takes that were given back. */
function play(steps: readonly Step[], create: (clock: SettableClock) => TokenBucket): Event[] {
  const clock = new SettableClock(1_000)
  const bucket = create(clock)
  const events: Event[] = []
  for (const each of steps) {
    switch (each.kind) {
      case 'move':
        clock.moveBy(each.byMs)
        break
      case 'take':
        if (bucket.take(each.cost, each.floor) > 0) break
        events.push({ kind: 'taken', cost: each.cost, atMs: clock.latestReadMs, takenMs: bucket.refilledMs })
        break
      case 'giveBack':
        giveBackOne(events, each.age, bucket)
        break
      case 'setRate':
        bucket.setRate(each.flow.rate, each.flow.burst)
        events.push({ kind: 'flow', flow: each.flow, atMs: clock.latestReadMs })
    }
  }
  return events
}

function giveBackOne(events: Event[], age: number, bucket: TokenBucket): void {
  const taken = events.filter((event) => event.kind === 'taken').at(-1 - age)
  if (taken === undefined) return
  bucket.giveBack(taken.cost, taken.takenMs)
  events.splice(events.indexOf(taken), 1)
}

/** The most by which any interval exceeds `burst + rate * dt`. */
function worstExcess(events: readonly Event[]): number {
  const taken = events.filter((event) => event.kind === 'taken')
  let worst = 0
  for (const [first, { atMs: startMs }] of taken.entries()) {
    let sum = 0
    for (const { cost, atMs } of taken.slice(first)) {
      sum += cost
      worst = Math.max(worst, sum - START.burst - (START.rate * (atMs - startMs)) / 1_000)
    }
  }
  return worst
}

/** The lowest level of a plain bucket that sees only what was kept: below 0 means that tokens came from nowhere. */
function lowestLevel(events: readonly Event[]): number {
  let { rate, burst } = START
  let level = burst
  let refilledMs = 1_000
  let lowest = level
  for (const event of events) {
    level = Math.min(burst, level + (rate * (event.atMs - refilledMs)) / 1_000)
    refilledMs = event.atMs
    if (event.kind === 'taken') level -= event.cost
    else {
      rate = event.flow.rate
      burst = event.flow.burst
      level = Math.min(level, burst)
    }
    lowest = Math.min(lowest, level)
  }
  return lowest
}

function holdsFor(create: (clock: SettableClock) => TokenBucket): fc.IProperty<[Step[]]> {
  return fc.property(fc.array(steadyStep, { maxLength: 60 }), (steps) => worstExcess(play(steps, create)) < 1e-6)
}

test('in no interval is more taken and kept than the burst and what flowed in, whatever the clock does', () => {
  fc.assert(
    holdsFor((clock) => new Bucket(clock, START)),
    { numRuns: 3_000 },
  )
})

test('tokens given back are as if never taken, or fewer, however the flow changes', () => {
  const create = (clock: SettableClock): Bucket => new Bucket(clock, START)
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 60, size: 'max' }), (steps) => lowestLevel(play(steps, create)) > -1e-6),
    { numRuns: 10_000 },
  )
})

describe('the property finds', () => {
  class Broken implements TokenBucket {
    protected readonly clock: SettableClock
    protected level = START.burst
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
      this.level = Math.min(START.burst, this.level + cost)
    }

    setRate(): void {
      throw new Error('the flow of a broken bucket stays')
    }

    protected refill(): void {
      const passedMs = Math.max(0, this.clock.nowMs() - this.refilledMs)
      this.refilledMs += passedMs
      this.level = Math.min(START.burst, this.level + (START.rate * passedMs) / 1_000)
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
