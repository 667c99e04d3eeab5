import { PriorityClass } from '@spillway/call'
import { expect, test } from 'vitest'
import { GENERATE, SHED, TelemetryBench } from './call-ended.fixture.ts'
import type { TapEvent, TapFilter, TapSubscription } from './tap-view.ts'

function subscribe(bench: TelemetryBench, filter: TapFilter = {}): TapSubscription {
  return bench.telemetry.tap.subscribe({ maxPerSecond: 1_000, ...filter }, () => {})
}

function takeAll(subscription: TapSubscription): TapEvent[] {
  const events: TapEvent[] = []
  for (let event = subscription.take(); event !== undefined; event = subscription.take()) events.push(event)
  return events
}

test('shows a call as it ended, with the tenant as a hash', () => {
  const bench = new TelemetryBench()
  const subscription = subscribe(bench)
  bench.call({ tenant: 'account-4711', totalMs: 12, queuedMs: 2, upstreamMs: 9 })

  expect(takeAll(subscription)).toEqual([
    {
      atMs: Date.parse('2026-01-02T03:04:05Z'),
      direction: 'inbound',
      path: GENERATE,
      class: 'standard',
      tenantHash: expect.stringMatching(/^[0-9a-f]{12}$/) as string,
      peer: '10.0.0.7',
      upstream: 'app',
      decision: 'forwarded',
      rule: '',
      status: 'OK',
      isOwnStatus: false,
      outcome: 'success',
      totalMs: 12,
      queuedMs: 2,
      upstreamMs: 9,
    },
  ])
})

test.each<[string, TapFilter, string[]]>([
  ['method', { method: '*Shop/*' }, ['/shop.v1.Shop/Buy']],
  ['class', { classes: ['batch', 'critical'] }, ['/batch']],
  ['decision', { decisions: ['shed_overload'] }, ['/shed']],
  ['duration', { minTotalMs: 100 }, ['/slow']],
  ['nothing', {}, ['/shop.v1.Shop/Buy', '/batch', '/shed', '/slow']],
])('filters by %s', (_, filter, expected) => {
  const bench = new TelemetryBench()
  const subscription = subscribe(bench, filter)
  bench.call({ path: '/shop.v1.Shop/Buy' })
  bench.call({ path: '/batch', rank: PriorityClass.batch })
  bench.call({ ...SHED, path: '/shed' })
  bench.call({ path: '/slow', totalMs: 100 })

  expect(takeAll(subscription).map((event) => event.path)).toEqual(expected)
})

test('samples the share that was asked for', () => {
  const bench = new TelemetryBench()
  const subscription = subscribe(bench, { sample: 0.1 })
  for (let index = 0; index < 1_000; index++) bench.call()

  expect(Math.abs(takeAll(subscription).length - 100)).toBeLessThan(40)
  expect(subscription.takeDropped()).toBe(0)
})

test('holds the latest when nobody takes, and counts the rest', () => {
  const bench = new TelemetryBench()
  const subscription = subscribe(bench)
  for (let index = 0; index < 300; index++) bench.call({ totalMs: index })

  const events = takeAll(subscription)
  expect(events).toHaveLength(256)
  expect(events.at(-1)?.totalMs).toBe(299)
  expect(subscription.takeDropped()).toBe(44)
  expect(subscription.takeDropped()).toBe(0)
})

test('keeps to the rate that was asked for', () => {
  const bench = new TelemetryBench()
  const subscription = subscribe(bench, { maxPerSecond: 5 })
  for (let index = 0; index < 20; index++) bench.call()
  bench.clock.advance(1_000)
  for (let index = 0; index < 3; index++) bench.call()

  expect(takeAll(subscription)).toHaveLength(8)
  expect(subscription.takeDropped()).toBe(15)
})

test('leaves nothing behind when closed', () => {
  const bench = new TelemetryBench()
  const subscription = subscribe(bench)
  bench.call()
  subscription.close()
  subscription.close()
  bench.call()

  expect(bench.telemetry.tap.size).toBe(0)
  expect(subscription.take()).toBeUndefined()
})
