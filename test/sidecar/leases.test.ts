import { status } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { Region, SHARED, TwoRegions, pause, worstExcess } from './regions.ts'

const ELECTION_MS = 60_000

test('two regions share one rate; without NATS both fall to their floors and go on; with NATS they share again', async () => {
  await using scene = await TwoRegions.start()
  const { east, west, nats } = scene
  await Promise.all([east.load(60, 25_000), west.load(60, 25_000)])
  await Promise.all([east.until(isGranted), west.until(isGranted)])

  const [first, second] = await Promise.all([east.load(120, 5_000), west.load(120, 5_000)])

  const passed = [...first.passedMs, ...second.passedMs]
  expect(worstExcess(passed, SHARED.rate)).toBeLessThanOrEqual(MOST)
  expect(passed.length).toBeGreaterThan(0.7 * SHARED.rate * 5)
  expect(Math.min(first.passedMs.length, second.passedMs.length)).toBeGreaterThan(0.25 * SHARED.rate * 5)

  await nats.kill()
  const [alone, other] = await Promise.all([east.load(120, 6_000), west.load(120, 6_000)])
  const cutMs = Math.max(...alone.passedMs, ...other.passedMs) - 2_000
  const onFloor = alone.passedMs.filter((timeMs) => timeMs > cutMs)
  expect(await east.budget()).toMatchObject({ isCutOff: true, isStarting: false, ratePerSecond: FLOOR.rate })
  expect(onFloor.length).toBeGreaterThan(0)
  expect(worstExcess(onFloor, FLOOR.rate)).toBeLessThanOrEqual(FLOOR.burst + JITTER)
  expect(alone.refused).toBeGreaterThan(0)
  expect(worstExcess([...passed, ...alone.passedMs, ...other.passedMs], SHARED.rate)).toBeLessThanOrEqual(MOST)

  await nats.restart()
  await Promise.all([east.until(isGranted, ELECTION_MS), west.until(isGranted, ELECTION_MS)])
  expect(east.events).toEqual(
    expect.arrayContaining(['BusConnected', 'LeaseGranted', 'BusDisconnected', 'LeaseCutOff']),
  )
  expect([...east.events, ...west.events]).toContain('OfficeWon')
}, 150_000)

test('a sidecar that drains hands the allocator over, and the shares stay as they were', async () => {
  await using scene = await TwoRegions.start()
  const { east, west } = scene
  const holder = async (): Promise<readonly boolean[]> =>
    (await Promise.all([east.budget(), west.budget()])).map(({ isAllocator }) => isAllocator)
  await Promise.all([east.load(60, 25_000), west.load(60, 25_000)])
  await Promise.all([east.until(isGranted), west.until(isGranted)])
  const before = await holder()
  const [leaving, staying] = before[0] ? [east, west] : [west, east]

  void leaving.sidecar.drain()
  const { passedMs } = await staying.load(120, 900)

  expect(await holder()).toEqual(before.map((isAllocator) => !isAllocator))
  expect(await staying.budget()).toMatchObject({ isCutOff: false })
  expect(passedMs.length).toBeGreaterThan(FLOOR.rate * 2)
}, 60_000)

test('starts and serves while there is no NATS at all, and says so', async () => {
  const nowhere = { nats: { servers: ['nats://127.0.0.1:1'] } }
  await using region = await Region.start('east', { ...nowhere, budgets: { charges: SHARED } })

  const charged = await region.caller.call('Charge')
  const free = await region.caller.call('Guess')

  expect(free.code).toBe(status.OK)
  expect(charged.code).toBe(status.RESOURCE_EXHAUSTED)
  expect(charged.trailers.get('grpc-retry-pushback-ms')).toBe('1000')
  expect(await region.budget()).toMatchObject({ isStarting: true, isCutOff: true, ratePerSecond: 0 })
  await pause(100)
  expect(region.events).toContain('BusUnreachable')
})

test.each([
  ['allow', status.OK],
  ['deny', status.RESOURCE_EXHAUSTED],
])('on_cut_off %s decides what becomes of calls without a lease', async (on_cut_off, code) => {
  const nowhere = { nats: { servers: ['nats://127.0.0.1:1'] } }
  await using region = await Region.start('east', { ...nowhere, budgets: { charges: { ...SHARED, on_cut_off } } })

  expect((await region.caller.call('Charge')).code).toBe(code)
})

test('without NATS the whole budget is local', async () => {
  await using region = await Region.start('east', { budgets: { charges: { rate: 1, burst: 2 } } })

  expect((await region.caller.call('Charge')).code).toBe(status.OK)
  expect(await region.budget()).toMatchObject({ isShared: false, totalRatePerSecond: 1, epoch: 0, isAllocator: false })
})

test('in shadow mode nothing is refused, and everything is counted', async () => {
  await using region = await Region.start('east', { mode: { budget: 'shadow' } })
  for (let call = 0; call < 5; call++) await region.caller.call('Charge')

  const { mode, refusedTotal, grantedTotal } = await region.budget()

  expect(mode).toBe('shadow')
  expect(region.app.calls).toHaveLength(5)
  expect(refusedTotal).toBeGreaterThan(0)
  expect(grantedTotal + refusedTotal).toBe(5)
})

/** What a region keeps when it is cut off. */
const FLOOR = { rate: 10, burst: 10 }

/** Calls end a little later than they were let in, and not all by the same time. */
const JITTER = 5
const MOST = SHARED.burst + JITTER

function isGranted({ isCutOff }: { readonly isCutOff: boolean }): boolean {
  return !isCutOff
}
