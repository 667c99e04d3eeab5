import { setTimeout } from 'node:timers/promises'
import { status } from '@grpc/grpc-js'
import { Status } from '@spillway/call'
import { expect, test } from 'vitest'
import { Held, Scene, StockCaller, sceneConfig, startSidecar, type Answer, type Work } from './scene.ts'

/** So many calls of each method wait, most important last, so that order of arrival and order of importance differ. */
const ARRIVALS = ['Report', 'Guess', 'Charge', 'Reserve', 'Guess', 'Reserve'] as const
const WAITS = { critical: '5s', standard: '5s', sheddable: '5s', batch: '5s' }

test('with the app saturated, calls wait in order of class, then of arrival', async () => {
  const held = new Held()
  const budgets = { charges: { rate: 1_000, burst: 1_000 } }
  await using scene = await Scene.set(held.work, { budgets, admission: { limit: 1, max_wait: WAITS } })
  const running = [scene.caller.call('Look')]
  await held.arrived(1)
  for (const method of ARRIVALS) {
    running.push(scene.caller.call(method))
    await scene.queued(running.length - 1)
  }
  const order: (string | undefined)[] = []
  for (let index = 0; index <= ARRIVALS.length; index++) {
    await held.arrived(1)
    order.push(held.release())
  }
  await Promise.all(running)

  expect(order).toEqual(['Look', 'Reserve', 'Reserve', 'Charge', 'Guess', 'Guess', 'Report'])
})

test('with the app saturated by batch calls, critical ones pass, and every refused one says so', async () => {
  const busy: Work = async (method) => {
    await setTimeout(10)
    return { note: method }
  }
  await using scene = await Scene.set(busy, { admission: { limit: 2, max_queued_calls: 8, max_wait: WAITS } })
  const over = new AbortController()
  const batch: Answer[] = []
  const load = Array.from({ length: 20 }, async () => {
    while (!over.signal.aborted) batch.push(await scene.caller.call('Report'))
  })
  await scene.queued(8)
  const critical: number[] = []
  for (let index = 0; index < 30; index++) critical.push((await scene.caller.call('Reserve')).code)
  over.abort()
  await Promise.all(load)

  expect(new Set(critical)).toEqual(new Set([status.OK]))
  const refused = batch.filter(({ code }) => code !== Status.OK)
  expect(refused.length).toBeGreaterThan(0)
  expect(batch.length).toBeGreaterThan(refused.length)
  for (const { code, trailers } of refused) {
    expect(code).toBe(status.RESOURCE_EXHAUSTED)
    expect(trailers.get('spillway-origin')).toBe('stock')
    expect(trailers.get('grpc-retry-pushback-ms')).toBe('-1')
  }
})

test('a critical call takes the place of the least important one in a full queue', async () => {
  const held = new Held()
  await using scene = await Scene.set(held.work, { admission: { limit: 1, max_queued_calls: 1, max_wait: WAITS } })
  const running = scene.caller.call('Look')
  await held.arrived(1)
  const batch = scene.caller.call('Report')
  await scene.queued(1)
  const critical = scene.caller.call('Reserve')

  expect((await batch).code).toBe(status.RESOURCE_EXHAUSTED)
  held.release()
  await held.arrived(1)
  held.release()
  expect((await critical).code).toBe(status.OK)
  await running
})

test('a caller that goes away while it waits leaves its place and is never sent on', async () => {
  const held = new Held()
  await using scene = await Scene.set(held.work, { admission: { limit: 1, max_wait: WAITS } })
  const running = scene.caller.call('Reserve')
  await held.arrived(1)
  const gone = await scene.caller.call('Reserve', {}, {}, 50)
  await scene.queued(0)
  held.release()
  await running

  expect(gone.code).toBe(status.DEADLINE_EXCEEDED)
  expect(scene.app.calls).toEqual(['Reserve'])
})

test('in shadow mode nothing is shed and nothing waits', async () => {
  const held = new Held()
  const settings = { admission: { limit: 1, max_queued_calls: 0 }, mode: { admission: 'shadow' } }
  await using scene = await Scene.set(held.work, settings)
  const running = [scene.caller.call('Guess'), scene.caller.call('Guess'), scene.caller.call('Guess')]
  await held.arrived(3)
  for (let index = 0; index < 3; index++) held.release()

  expect((await Promise.all(running)).map(({ code }) => code)).toEqual([status.OK, status.OK, status.OK])
})

test('health checks pass a saturated sidecar: they are of class system', async () => {
  const held = new Held()
  await using scene = await Scene.set(held.work, { admission: { limit: 1, max_queued_calls: 0 } })
  const running = scene.caller.call('Reserve')
  await held.arrived(1)

  // The app has no health service: its own UNIMPLEMENTED is proof that the call got there.
  expect((await scene.caller.raw('/grpc.health.v1.Health/Check')).code).toBe(status.UNIMPLEMENTED)
  held.release()
  await running
})

test('an upstream with a limit is sent no more calls at once than that', async () => {
  const held = new Held()
  await using stock = await Scene.set(held.work)
  const upstreams = { stock: { endpoints: [stock.sidecar.addresses.inbound], limit: 1 } }
  const settings = { outbound: { port: 0, upstreams }, admission: { max_queued_calls: 0 } }
  const sidecar = await startSidecar(sceneConfig('127.0.0.1:1', settings))
  const caller = new StockCaller(sidecar.addresses.outbound, { 'grpc.default_authority': 'stock' })
  const running = caller.call('Reserve')
  await held.arrived(1)

  expect(await caller.call('Reserve')).toMatchObject({ code: status.RESOURCE_EXHAUSTED })
  held.release()
  expect((await running).code).toBe(status.OK)
  caller.close()
  await sidecar.close()
})
