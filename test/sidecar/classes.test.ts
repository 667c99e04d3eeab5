import type { Metadata } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { Scene, StockCaller, sceneConfig, startSidecar, type Work } from './scene.ts'

/** An app that remembers the metadata of its calls. */
function recording(): { readonly work: Work; readonly seen: Metadata[] } {
  const seen: Metadata[] = []
  const work: Work = async (method, _item, metadata) => {
    seen.push(metadata)
    return { note: method }
  }
  return { work, seen }
}

test.each([
  ['its declaration', 'Guess', {}, 'sheddable'],
  ['a raise rule that reads the request', 'Look', { count: 500 }, 'critical'],
  ['the default when a raise rule does not hold', 'Look', { count: 5 }, 'standard'],
])('the app is told the class that comes from %s', async (_, method, item, expected) => {
  const { work, seen } = recording()
  await using scene = await Scene.set(work)
  await scene.caller.call(method, item)

  const [tag] = seen[0]?.get('spillway-class') ?? []
  expect(tag).toMatch(new RegExp(`^${expected}\\.\\d+$`))
  expect(seen[0]?.get('baggage')).toEqual([`spillway-class=${String(tag)}`])
})

test('what a stranger says under our prefix is dropped, in metadata and in baggage', async () => {
  const { work, seen } = recording()
  await using scene = await Scene.set(work)
  const claims = {
    'spillway-class': 'critical.0',
    'spillway-tenant': 'vip',
    baggage: 'a=1,spillway-class=critical.0,b=2',
  }
  await scene.caller.call('Guess', {}, claims)

  expect(seen[0]?.get('spillway-class')).toHaveLength(1)
  expect(seen[0]?.get('spillway-class')[0]).toMatch(/^sheddable\./)
  expect(seen[0]?.get('spillway-tenant')).toEqual([])
  expect(seen[0]?.get('baggage').join(',')).toMatch(/^a=1,b=2, spillway-class=sheddable\.\d+$/)
})

test('the tenant comes from the policy and is told to the app', async () => {
  const { work, seen } = recording()
  await using scene = await Scene.set(work)
  await scene.caller.call('Charge', {}, { 'x-account': 'acme' })

  expect(seen[0]?.get('spillway-tenant')).toEqual(['acme'])
})

test('a path that the contract does not know is relayed as standard', async () => {
  const { work } = recording()
  await using scene = await Scene.set(work)
  const answer = await scene.caller.raw('/other.v1.Other/Do')

  // The status of the app, not one of ours.
  expect(answer.trailers.get('spillway-origin')).toBeUndefined()
  expect(answer.details).toMatch(/does not implement the method/)
})

/** Shop in front of stock: the shop's app calls stock through its own sidecar's outbound listener. */
async function chain(propagate: (incoming: Metadata) => Record<string, string>): Promise<string> {
  const { work, seen } = recording()
  await using stock = await Scene.set(work, { trust: { inbound_loopback: true } })
  let outbound = ''
  const shopWork: Work = async (_method, _item, metadata) => {
    const caller = new StockCaller(outbound, { 'grpc.default_authority': 'stock' })
    const { note } = await caller.call('Guess', {}, propagate(metadata))
    caller.close()
    return { note: note ?? '' }
  }
  const upstreams = { stock: stock.sidecar.addresses.inbound }
  await using shop = await Scene.set(shopWork, { outbound: { port: 0, upstreams } })
  outbound = shop.sidecar.addresses.outbound
  const answer = await shop.caller.call('Reserve')
  expect(answer.note).toBe('Guess')
  return String(seen[0]?.get('spillway-class')[0])
}

test('a child call inherits the class through two sidecars when the app copies the metadata', async () => {
  const tag = await chain((incoming) => ({ 'spillway-class': String(incoming.get('spillway-class')[0]) }))
  expect(tag).toMatch(/^critical\./)
})

test('a child call inherits the class through two sidecars when the app propagates W3C baggage', async () => {
  const tag = await chain((incoming) => ({ baggage: `user=7,${String(incoming.get('baggage')[0])};ttl=1` }))
  expect(tag).toMatch(/^critical\./)
})

test('a child call of an app that propagates nothing has the class of its own method', async () => {
  expect(await chain(() => ({}))).toMatch(/^sheddable\./)
})

test('outbound calls go by the service in their path when the authority names no upstream', async () => {
  const { work } = recording()
  await using stock = await Scene.set(work)
  const endpoints = [stock.sidecar.addresses.inbound]
  const upstreams = { storage: { services: ['stock.v1.Stock'], endpoints } }
  const sidecar = await startSidecar(sceneConfig('127.0.0.1:1', { outbound: { port: 0, upstreams } }))
  const caller = new StockCaller(sidecar.addresses.outbound)

  expect((await caller.call('Guess')).note).toBe('Guess')
  const refused = await caller.raw('/other.v1.Other/Do')
  expect(refused.details).toMatch(
    /^the upstream cannot be reached: no upstream is named 127\.0\.0\.1:\d+ or serves other\.v1\.Other$/,
  )
  expect(refused.trailers.get('grpc-retry-pushback-ms')).toBe('-1')
  caller.close()
  await sidecar.close()
})
