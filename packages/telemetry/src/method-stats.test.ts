import { PriorityClass, Status } from '@spillway/call'
import { expect, test } from 'vitest'
import { SHED, TelemetryBench, GENERATE } from './call-ended.fixture.ts'
import { CallSeries } from './call-series.ts'
import { SeriesTable } from './series-table.ts'

test('tells rate, success, latency and sheds of the seconds that are over', () => {
  const bench = new TelemetryBench()
  for (let second = 0; second < 4; second++) {
    for (let index = 0; index < 15; index++) bench.call({ totalMs: 40, queuedMs: 30 })
    for (let index = 0; index < 5; index++) bench.call(SHED)
    bench.clock.advance(1_000)
  }

  const [row] = bench.telemetry.methodStats.view()

  expect(row).toMatchObject({
    direction: 'inbound',
    path: GENERATE,
    class: 'standard',
    ratePerSecond: 20,
    okPercent: 75,
    refusedPerSecond: 5,
    answeredPerSecond: 0,
    queueMaxMs: 30,
    queueMeanMs: 22.5,
    inFlight: 0,
  })
  expect(row?.p50Ms).toBeGreaterThan(37)
  expect(row?.p99Ms).toBeLessThan(43)
})

test('forgets after ten seconds, and reuses a slot when its second comes round', () => {
  const bench = new TelemetryBench()
  bench.call()
  bench.clock.advance(10_000)
  expect(bench.telemetry.methodStats.view()).toHaveLength(1)

  bench.clock.advance(1_000)
  expect(bench.telemetry.methodStats.view()).toHaveLength(0)

  bench.call()
  bench.call()
  bench.clock.advance(1_000)
  expect(bench.telemetry.methodStats.view()[0]?.ratePerSecond).toBe(0.2)
})

const BY_RULE = { kind: 'answered', rule: 'cached', reason: 'breaker_open' } as const

test('does not let refusals and degraded answers improve the latency', () => {
  const bench = new TelemetryBench()
  bench.call({ totalMs: 500 })
  for (let index = 0; index < 100; index++) bench.call(SHED)
  for (let index = 0; index < 100; index++) bench.call({ decision: BY_RULE, totalMs: 1 })
  bench.clock.advance(1_000)

  expect(bench.telemetry.methodStats.view()[0]?.p50Ms).toBeGreaterThan(450)
})

test('tells a degraded answer from a real one, and refusals from either', () => {
  const bench = new TelemetryBench()
  for (let index = 0; index < 5; index++) bench.call()
  bench.call(SHED)
  for (let index = 0; index < 3; index++) bench.call({ decision: BY_RULE, isOwnStatus: true })
  bench.call({ decision: BY_RULE, status: Status.UNAVAILABLE }) // as the method said that the rule sent it to
  bench.clock.advance(1_000)

  expect(bench.telemetry.methodStats.view()[0]).toMatchObject({
    okPercent: 50,
    degradedPercent: 30,
    refusedPerSecond: 1,
    answeredPerSecond: 4,
  })
})

test('shows calls in flight, also while nothing ends', () => {
  const bench = new TelemetryBench()
  const first = bench.ended()
  bench.telemetry.startCall('inbound', GENERATE, PriorityClass.standard)
  expect(bench.telemetry.methodStats.view()[0]?.inFlight).toBe(2)

  bench.telemetry.emit(first)
  expect(bench.telemetry.methodStats.view()[0]?.inFlight).toBe(1)
})

test('names a method that the application answered, and keeps in-flight counts exact while it learns', () => {
  const bench = new TelemetryBench()
  const path = '/shop.v1.Shop/Buy'
  const early = bench.ended({ path })
  bench.call({ path })
  bench.telemetry.emit(early)
  bench.call({ path })
  bench.clock.advance(1_000)

  const rows = bench.telemetry.methodStats
    .view()
    .map(({ path, ratePerSecond, inFlight }) => [path, ratePerSecond, inFlight])
  expect(rows).toEqual([
    ['_OTHER', 2, 0],
    [path, 1, 0],
  ])
})

test('a call like an earlier one counts where that did, but under a name of its own once there is one', () => {
  const { telemetry } = new TelemetryBench()
  const path = '/shop.v1.Shop/Buy'
  const first = telemetry.startCall('inbound', path, PriorityClass.standard)
  const second = telemetry.startCall('inbound', path, PriorityClass.standard, first)
  telemetry.knowMethods([path])
  const third = telemetry.startCall('inbound', path, PriorityClass.standard, second)
  const fourth = telemetry.startCall('inbound', path, PriorityClass.standard, third)

  expect([first, second, third].map((series) => series.path)).toEqual(['_OTHER', '_OTHER', path])
  expect(fourth).toBe(third)
  expect([second.inFlight, fourth.inFlight]).toEqual([2, 2])
})

test('does not name the paths of a scanner', () => {
  const bench = new TelemetryBench()
  for (let index = 0; index < 10; index++) bench.call({ path: `/x/${index}`, status: Status.UNIMPLEMENTED })
  for (let index = 0; index < 10; index++) bench.call({ path: '/x/1', ...SHED })
  bench.clock.advance(1_000)

  expect(bench.telemetry.methodStats.view().map((row) => row.path)).toEqual(['_OTHER'])
})

test('keeps within its bounds of methods and of series', () => {
  const table = new SeriesTable({ maxMethods: 3, maxSeries: 4 })
  for (let index = 0; index < 10; index++) table.know(`/a/${index}`)
  const paths = Array.from(
    { length: 10 },
    (_, index) => table.find('inbound', `/a/${index}`, PriorityClass.standard).path,
  )
  expect(paths.filter((path) => path !== '_OTHER')).toEqual(['/a/0', '/a/1', '/a/2'])

  expect(table.find('outbound', '/a/0', PriorityClass.batch).path).toBe('/a/0')
  expect(table.find('outbound', '/a/0', PriorityClass.critical).path).toBe('_OTHER')
  expect([...table]).toHaveLength(10 + 4)
  expect([...table].every((one) => one instanceof CallSeries)).toBe(true)
})
