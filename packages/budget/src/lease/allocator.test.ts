import { ManualClock } from '@spillway/clock'
import { expect, test } from 'vitest'
import { Allocator, defaultAllocatorConfig } from './allocator.ts'
import { aReport } from './lease.fixture.ts'
import type { Commitment } from './message.ts'

const SHARE = { rate: 100, burst: 10 }
const DEADLINE = 1e6

function newAllocator(clock: ManualClock): Allocator {
  const regions = new Map(['eu', 'us'].map((region) => [region, { floor: { rate: 0, burst: 0 }, weight: 1 }] as const))
  return new Allocator({ budget: 'b', share: SHARE, regions }, { ...defaultAllocatorConfig, incarnation: 'a' }, clock)
}

function commitmentOf(holder: string, rate: number, remainingMs = 5_000): Commitment {
  return { budget: 'b', holder, incarnation: 'i', share: { rate, burst: rate / 10 }, remainingMs }
}

/** The rate that it grants to who reports for the first time under that epoch. */
function grantedRate(allocator: Allocator, epoch: number): number {
  const office = { epoch, deadlineMs: DEADLINE }
  allocator.receive(aReport({ holder: 'us', wants: [1_000] }), office)
  return allocator.allocate(office)[0]?.share.rate ?? 0
}

test('gives away nothing of what a predecessor has out', () => {
  const allocator = newAllocator(new ManualClock())
  allocator.inherit([commitmentOf('eu', 70)])

  expect(grantedRate(allocator, 1)).toBeCloseTo(30)
})

test('what the last one left replaces what those before it had', () => {
  const allocator = newAllocator(new ManualClock())
  allocator.inherit([commitmentOf('eu', 20)])
  allocator.inherit([commitmentOf('eu', 70)])
  allocator.inherit([commitmentOf('eu', 40)])

  expect(grantedRate(allocator, 1)).toBeCloseTo(60)
})

test('two hand-overs in a row are not taken for more than there is', () => {
  const allocator = newAllocator(new ManualClock())
  allocator.inherit([commitmentOf('eu', 80), commitmentOf('us', 20)])
  allocator.inherit([commitmentOf('eu', 20), commitmentOf('us', 80)])
  const office = { epoch: 1, deadlineMs: DEADLINE }
  for (const holder of ['eu', 'us']) allocator.receive(aReport({ holder, wants: [1_000] }), office)
  const granted = allocator.allocate(office).reduce((sum, { share }) => sum + share.rate, 0)

  expect(granted).toBeLessThanOrEqual(100)
})

test('remembers what it inherited in a later term, until it has expired', () => {
  const clock = new ManualClock()
  const allocator = newAllocator(clock)
  allocator.inherit([commitmentOf('eu', 70)])
  expect(grantedRate(allocator, 1)).toBeCloseTo(30)

  expect(grantedRate(allocator, 2)).toBeCloseTo(30)
  clock.advance(5_101)
  expect(grantedRate(allocator, 3)).toBeCloseTo(100)
})

test('hands on what it inherited, even when it leaves before it did anything', () => {
  const allocator = newAllocator(new ManualClock())
  allocator.inherit([commitmentOf('eu', 70)])

  expect(allocator.handOver({ epoch: 1, deadlineMs: DEADLINE })).toMatchObject([
    { holder: 'eu', share: { rate: 70, burst: 7 } },
  ])
})
