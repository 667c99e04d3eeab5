import { ManualClock, type Clock } from '@spillway/clock'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { aGrant } from './lease.fixture.ts'
import { LeaseHolder } from './lease-holder.ts'
import { LeasedBucket } from './leased-bucket.ts'
import { NO_SHARE } from './share.ts'

const TTL_MS = 3_000

/** Time passes on both clocks, or on the wall clock alone (a machine that was suspended, or somebody who sets it ahead). */
const moment = fc.record({
  passesMs: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 2, noNaN: true }), fc.integer({ min: 0, max: 4_000 })),
  sleepsMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 4_000 })),
  draws: fc.integer({ min: 1, max: 40 }),
})
const story = fc.array(moment, { minLength: 1, maxLength: 20 })

/** What is drawn from a full bucket while the lease is over by either clock. `seen` is what the bucket has for a clock. */
function drawnTooLate(
  moments: readonly { readonly passesMs: number; readonly sleepsMs: number; readonly draws: number }[],
  seenBy: (clock: Clock) => Clock,
): number {
  const clock = new ManualClock(1_000)
  const seen = seenBy(wholeMilliseconds(clock))
  const identity = { budget: 'b', holder: 's', incarnation: 'i', drift: 0, floor: NO_SHARE }
  const holder = new LeaseHolder(identity, seen)
  const bucket = new LeasedBucket(holder, 0, seen)
  holder.report({ used: 0, wants: [], level: 0, asks: [], returned: 0 })
  holder.accept(aGrant({ share: { rate: 1, burst: 1e6 }, ttlMs: TTL_MS }))
  bucket.sync()
  bucket.addLump(1e6)
  const [startMs, startWallMs] = [clock.nowMs(), Math.floor(clock.wallMs())]
  let late = 0
  for (const { passesMs, sleepsMs, draws } of moments) {
    clock.advance(passesMs)
    clock.jumpWall(sleepsMs)
    const isOver = clock.nowMs() >= startMs + TTL_MS || Math.floor(clock.wallMs()) >= startWallMs + TTL_MS
    for (let draw = 0; draw < draws; draw++) {
      bucket.look()
      if (bucket.draw(1) && isOver) late++
    }
  }
  return late
}

/** As the system's: the wall clock shows whole milliseconds. */
function wholeMilliseconds(clock: Clock): Clock {
  return {
    nowMs: () => clock.nowMs(),
    wallMs: () => Math.floor(clock.wallMs()),
    schedule: (delayMs, task) => clock.schedule(delayMs, task),
  }
}

test('nothing is drawn on a lease that is over by either clock, however short ago time passed (S10)', () => {
  fc.assert(fc.property(story, (moments) => drawnTooLate(moments, (clock) => clock) === 0))
})

test.each<readonly [string, (clock: Clock) => Clock]>([
  ['the wall clock', (clock) => ({ ...clock, wallMs: () => 1_000 })],
  ['the monotonic clock', (clock) => ({ ...clock, nowMs: () => 0, wallMs: () => Math.min(3_999, clock.wallMs()) })],
])('the same check notices a bucket that does not look at %s', (_, seenBy) => {
  const result = fc.check(fc.property(story, (moments) => drawnTooLate(moments, seenBy) === 0))

  expect(result.failed).toBe(true)
})

test('a stall that a wall clock set back hides to the millisecond is noticed after a few draws', () => {
  const clock = new ManualClock(10_000)
  const identity = { budget: 'b', holder: 's', incarnation: 'i', drift: 0, floor: NO_SHARE }
  const holder = new LeaseHolder(identity, clock)
  const bucket = new LeasedBucket(holder, 0, clock)
  holder.report({ used: 0, wants: [], level: 0, asks: [], returned: 0 })
  holder.accept(aGrant({ share: { rate: 1, burst: 1_000 } }))
  bucket.sync()
  bucket.addLump(1_000)
  clock.advance(TTL_MS)
  clock.jumpWall(-TTL_MS)
  let drawn = 0
  for (let draw = 0; draw < 1_000; draw++) {
    bucket.look()
    if (bucket.draw(1)) drawn++
  }

  expect(drawn).toBeLessThanOrEqual(32)
})
