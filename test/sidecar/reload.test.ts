import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { Status, formatProblem } from '@spillway/call'
import type { ListenerView } from '@spillway/inspect'
import { InspectorClient } from '@spillway/inspect/client'
import type { Sidecar, SidecarConfig } from '@spillway/sidecar'
import { expect, test } from 'vitest'
import { Held, Scene, StockApp, StockCaller, sceneConfig, startSidecar, stockContract, type Work } from './scene.ts'

/** Says which app did the work. */
function workOf(name: string): Work {
  return async () => ({ note: name })
}

/** Puts these settings in force; returns the warnings. */
function reload(sidecar: Sidecar, config: SidecarConfig): readonly string[] {
  return sidecar.reload(config, stockContract(config.policy)).map(formatProblem)
}

async function metrics(sidecar: Sidecar): Promise<string> {
  return await (await fetch(`http://${sidecar.addresses.web}/metrics`)).text()
}

async function seats(sidecar: Sidecar): Promise<readonly ListenerView[]> {
  const inspector = new InspectorClient({ address: sidecar.addresses.inspect })
  try {
    for await (const { listeners } of inspector.watchMethods('', { intervalMs: 100 })) return listeners
    return []
  } finally {
    inspector.close()
  }
}

function to(upstreams: Record<string, unknown>): SidecarConfig {
  return sceneConfig('127.0.0.1:1', { outbound: { port: 0, upstreams } })
}

/** Stands in front of an app and knows who is connected. */
class Door {
  readonly #server: Server
  readonly #app: string
  /** Those who came and have not gone. */
  readonly inside = new Set<Socket>()

  constructor(app: string) {
    this.#app = app
    this.#server = createServer((near) => {
      const far = connect(Number(this.#app.split(':')[1]), '127.0.0.1')
      for (const socket of [near, far]) socket.on('error', () => undefined)
      near.pipe(far).pipe(near)
      this.inside.add(near)
      near.on('close', () => this.inside.delete(near))
    })
  }

  async open(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? `127.0.0.1:${address.port}` : ''
  }

  async empty(): Promise<void> {
    for (const socket of this.inside) await once(socket, 'close')
  }

  close(): void {
    this.#server.close()
  }
}

test('calls on an upstream that is replaced end there, those that come go elsewhere, and the old connection is closed', async () => {
  const held = new Held()
  const [old, fresh] = [await StockApp.start(held.work), await StockApp.start(workOf('fresh'))]
  const doors = [new Door(old.address), new Door(fresh.address)] as const
  const addresses = await Promise.all(doors.map((door) => door.open()))
  const sidecar = await startSidecar(to({ stock: addresses[0] }))
  const caller = new StockCaller(sidecar.addresses.outbound, { 'grpc.default_authority': 'stock' })
  const running = caller.call('Guess')
  await held.arrived(1)

  expect(reload(sidecar, to({ stock: addresses[1] }))).toEqual([])
  expect((await caller.call('Guess')).note).toBe('fresh')
  expect(doors[0].inside.size).toBe(1)
  held.release()
  expect((await running).note).toBe('Guess')
  await doors[0].empty()

  reload(sidecar, to({}))
  expect((await caller.call('Guess')).details).toMatch(/no upstream is named stock/)
  await doors[1].empty()
  expect(await metrics(sidecar)).not.toContain('breaker="stock ')
  caller.close()
  await sidecar.close()
  for (const each of [old, fresh, ...doors]) each.close()
})

test('an upstream that stays keeps its connection, its seats and its breakers', async () => {
  const held = new Held()
  const app = await StockApp.start(held.work)
  const sidecar = await startSidecar(to({ stock: { endpoints: [app.address], limit: 5 } }))
  const caller = new StockCaller(sidecar.addresses.outbound, { 'grpc.default_authority': 'stock' })
  const running = caller.call('Guess')
  await held.arrived(1)

  reload(sidecar, to({ stock: { endpoints: [app.address], limit: 6, services: ['stock.v1.Stock'] } }))
  expect(await seats(sidecar)).toMatchObject([
    { direction: 'inbound', upstream: 'app', limit: 100, inUse: 0 },
    { direction: 'outbound', upstream: 'stock', limit: 6, inUse: 1, mode: 'enforce' },
  ])
  const text = await metrics(sidecar)
  expect(text).toContain('spillway_seats_limit{direction="outbound",upstream="stock"} 6\n')
  expect(text).toContain('spillway_seats_in_use{direction="outbound",upstream="stock"} 1\n')
  expect(text).toContain('spillway_queue_length{direction="outbound",upstream="stock",class="critical"} 0\n')
  expect(text).toContain('spillway_connections_total{of="stock",side="upstream",change="opened"} 1\n')
  expect(text).toMatch(/^spillway_breaker_state\{breaker="stock [^"]*Guess",state="closed"\} 1$/m)
  held.release()
  expect((await running).code).toBe(Status.OK)
  expect((await seats(sidecar))[1]).toMatchObject({ inUse: 0 })
  caller.close()
  await sidecar.close()
  app.close()
})

test('a mode changes for the calls that come, and what the others hold is given back', async () => {
  const held = new Held()
  const admission = { limit: 1, max_queued_calls: 0 }
  await using scene = await Scene.set(held.work, { admission })
  const config = (mode: string): SidecarConfig =>
    sceneConfig(scene.app.address, { admission, mode: { admission: mode } })
  const running = [scene.caller.call('Reserve')]
  await held.arrived(1)
  expect((await scene.caller.call('Reserve')).code).toBe(Status.RESOURCE_EXHAUSTED)

  expect(reload(scene.sidecar, config('shadow'))).toEqual([])
  running.push(scene.caller.call('Reserve'))
  await held.arrived(2)
  expect(await seats(scene.sidecar)).toMatchObject([{ inUse: 1, mode: 'shadow' }])
  reload(scene.sidecar, config('shadow'))
  expect(await metrics(scene.sidecar)).toContain(
    'spillway_shadow_verdicts_total{direction="inbound",upstream="app",gate="admission",verdict="refuse"} 1\n',
  )
  reload(scene.sidecar, config('off'))
  running.push(scene.caller.call('Reserve'))
  await held.arrived(3)

  reload(scene.sidecar, config('enforce'))
  expect((await scene.caller.call('Reserve')).code).toBe(Status.RESOURCE_EXHAUSTED)
  for (const _ of running) held.release()
  expect((await Promise.all(running)).map(({ code }) => code)).toEqual([Status.OK, Status.OK, Status.OK])
  expect(await seats(scene.sidecar)).toMatchObject([{ inUse: 0, mode: 'enforce' }])
})

test('bounds of the queue and the form of refusals change, and who waits keeps its place', async () => {
  const held = new Held()
  await using scene = await Scene.set(held.work, { admission: { limit: 1, max_queued_calls: 1 } })
  const first = scene.caller.call('Reserve')
  await held.arrived(1)
  const waiting = scene.caller.call('Reserve')
  await scene.queued(1)
  expect((await scene.caller.call('Reserve')).code).toBe(Status.RESOURCE_EXHAUSTED)

  const admission = { limit: 1, max_queued_calls: 2, shed_status: 'UNAVAILABLE' }
  expect(reload(scene.sidecar, sceneConfig(scene.app.address, { admission }))).toEqual([])
  const second = scene.caller.call('Reserve')
  await scene.queued(2)
  expect((await scene.caller.call('Reserve')).code).toBe(Status.UNAVAILABLE)

  reload(scene.sidecar, sceneConfig(scene.app.address, { admission: { limit: 3, max_queued_calls: 0 } }))
  await held.arrived(3) // the two that waited have the new seats
  for (let left = 3; left > 0; left--) held.release()
  expect((await Promise.all([first, waiting, second])).map(({ code }) => code)).toEqual([0, 0, 0])
})

test('a reload that cannot be carried out changes nothing at all', async () => {
  await using scene = await Scene.set(workOf('as before'), { admission: { limit: 3 } })
  const before = await seats(scene.sidecar)
  const good = sceneConfig(scene.app.address, { admission: { limit: 9 }, mode: { admission: 'shadow' }, budgets: {} })
  const upstreams = { broken: { endpoints: [{ address: 'no address', priority: 0 }], services: [], limit: undefined } }
  const bad: SidecarConfig = { ...good, outbound: { ...good.outbound, upstreams } }

  expect(() => reload(scene.sidecar, bad)).toThrow(RangeError)
  expect(await seats(scene.sidecar)).toEqual(before)
  expect(await metrics(scene.sidecar)).toContain('spillway_budget_level{budget="charges"} 2\n')
  expect((await scene.caller.call('Guess')).note).toBe('as before')
})

test('what waits for a restart is named, each setting in one line, and nothing else', async () => {
  await using scene = await Scene.set(workOf('app'))
  const config = sceneConfig(scene.app.address, {
    inbound: { port: 7060, app: '127.0.0.1:9' },
    outbound: { port: 7061, upstreams: { risk: '127.0.0.1:2' } },
    trust: { inbound_loopback: true, strict: true },
    admission: { max_wait: { critical: '7ms' } },
    drain: { grace: '1s' },
  })

  expect(reload(scene.sidecar, config).toSorted()).toEqual(
    ['drain.grace', 'drain.settle', 'inbound.app', 'inbound.port', 'outbound.port', 'trust.inbound_loopback'].map(
      (name) => `reload: warning: ${name} has changed but stays as it was. Fix: restart the sidecar.`,
    ),
  )
  expect((await scene.caller.call('Guess')).note).toBe('app')
})
