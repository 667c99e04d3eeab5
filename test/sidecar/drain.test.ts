import { once } from 'node:events'
import { createServer } from 'node:net'
import { Status } from '@spillway/call'
import { FrameType } from '@spillway/http2'
import { expect, test } from 'vitest'
import { RawClient, requestWith, valuesOf } from '../conformance/raw-client.ts'
import { Held, Scene, StockCaller, type Answer } from './scene.ts'

test('a drain cuts no call that runs', async () => {
  const held = new Held()
  await using scene = await Scene.set(held.work)
  const running = [scene.caller.call('Reserve'), scene.caller.call('Reserve')]
  await held.arrived(2)
  const drained = scene.sidecar.drain()
  held.release()
  held.release()

  expect((await Promise.all(running)).map(({ code }) => code)).toEqual([Status.OK, Status.OK])
  expect((await drained).cut).toBe(0)
})

test('under load every call is served, or told DRAINING with pushback 0, or never sent', async () => {
  await using scene = await Scene.set(async (method) => ({ note: method }), { admission: { limit: 1_000 } })
  const callers = Array.from({ length: 4 }, () => new StockCaller(scene.sidecar.addresses.inbound))
  await Promise.all(callers.map((caller) => caller.call('Reserve')))
  const over = new AbortController()
  const ends: Answer[] = []
  const load = callers.map(async (caller) => {
    while (!over.signal.aborted)
      ends.push(...(await Promise.all(Array.from({ length: 20 }, () => caller.call('Reserve')))))
  })
  const report = await scene.sidecar.drain()
  over.abort()
  await Promise.all(load)
  for (const caller of callers) caller.close()

  expect(report.cut).toBe(0)
  const failed = ends.filter(({ code }) => code !== Status.OK)
  for (const { code, details, trailers } of failed) {
    expect(code).toBe(Status.UNAVAILABLE)
    const isOurs = trailers.has('spillway-origin')
    expect(details).toMatch(isOurs ? /^the server is shutting down$/ : /ECONNREFUSED|No connection established/)
    if (isOurs) expect(trailers.get('grpc-retry-pushback-ms')).toBe('0')
  }
})

test('calls that come while callers are still looking elsewhere are served', async () => {
  const held = new Held()
  await using scene = await Scene.set(held.work, { drain: { settle: '200ms', grace: '5s' } })
  const drained = scene.sidecar.drain()
  const call = scene.caller.call('Reserve')
  await held.arrived(1)
  held.release()

  expect((await call).code).toBe(Status.OK)
  expect((await drained).cut).toBe(0)
})

test('what still runs when the grace is over is cut and counted', async () => {
  const held = new Held()
  await using scene = await Scene.set(held.work, { drain: { settle: '0ms', grace: '50ms' } })
  const running = scene.caller.call('Reserve')
  await held.arrived(1)

  expect((await scene.sidecar.drain()).cut).toBe(1)
  expect((await running).code).not.toBe(Status.OK)
  held.release()
})

const EMPTY_MESSAGE = Buffer.alloc(5)

/** A call with an empty message by hand, on a stream of the caller's choosing. */
function send(client: RawClient, streamId: number, path: string): void {
  client.headers(streamId, requestWith({ ':path': path }), false)
  client.data(streamId, EMPTY_MESSAGE, true)
}

test('who connects while it settles is served; then the port is free, while that call goes on', async () => {
  const held = new Held()
  await using scene = await Scene.set(held.work, { drain: { settle: '200ms', grace: '5s' } })
  const { inbound } = scene.sidecar.addresses
  const drained = scene.sidecar.drain()
  const client = await RawClient.connect(inbound)
  send(client, 1, '/stock.v1.Stock/Reserve')
  await held.arrived(1)
  await client.next(FrameType.GOAWAY, 0)

  await expect(RawClient.connect(inbound)).rejects.toThrow('ECONNREFUSED')
  const successor = createServer().listen(Number(inbound.split(':')[1]), '127.0.0.1')
  await once(successor, 'listening')
  successor.close()
  held.release()
  expect(valuesOf(await client.rest(1), 'grpc-status')).toEqual([String(Status.OK)])
  client.close()
  expect((await drained).cut).toBe(0)
})

test('who has heard GOAWAY and calls all the same gets DRAINING with pushback 0, each time; running calls end well', async () => {
  const held = new Held()
  await using scene = await Scene.set(held.work)
  const client = await RawClient.connect(scene.sidecar.addresses.inbound)
  send(client, 1, '/stock.v1.Stock/Reserve')
  await held.arrived(1)
  const drained = scene.sidecar.drain()
  await client.next(FrameType.GOAWAY, 0)

  for (const streamId of [3, 5, 7]) {
    send(client, streamId, '/stock.v1.Stock/Reserve')
    const refusal = await client.rest(streamId)
    expect(valuesOf(refusal, 'grpc-status')).toEqual([String(Status.UNAVAILABLE)])
    expect(valuesOf(refusal, 'grpc-message')).toEqual(['the server is shutting down'])
    expect(valuesOf(refusal, 'grpc-retry-pushback-ms')).toEqual(['0'])
    expect(valuesOf(refusal, 'spillway-origin')).toEqual(['stock'])
  }
  send(client, 9, '/grpc.health.v1.Health/Check')
  const health = await client.next(FrameType.DATA, 9)
  expect(health?.payload).toEqual(Buffer.from([0, 0, 0, 0, 2, 0x08, 0x02])) // NOT_SERVING

  held.release()
  expect(valuesOf(await client.rest(1), 'grpc-status')).toEqual([String(Status.OK)])
  client.close()
  expect((await drained).cut).toBe(0)
  expect(scene.app.calls).toEqual(['Reserve'])
})
