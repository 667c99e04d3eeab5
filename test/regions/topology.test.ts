import type { NatsConnection } from '@nats-io/transport-node'
import { LeaderKey, connectBus } from '@spillway/bus'
import { findNatsServer } from '@spillway/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Topology, credentialsOf, type Joint, type Region } from './topology.ts'

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const joints: readonly Joint[] = ['gateways', 'leaf nodes']

describe.skipIf(!findNatsServer()).each(joints)('regions joined by %s', (joint) => {
  let topology: Topology
  let eu: NatsConnection
  let ap: NatsConnection
  const heard: string[] = []

  async function connect(region: Region, name: string): Promise<NatsConnection> {
    return await connectBus({ servers: [topology.url(region)], name, ...credentialsOf(name) })
  }

  beforeAll(async () => {
    topology = await Topology.start(joint)
    eu = await connect('eu', 'eu-1')
    ap = await connect('ap', 'ap-1')
    eu.subscribe('spillway.v1.up.s0.*', { callback: (_error, message) => void heard.push(message.string()) })
    await eu.flush()
  })
  afterAll(async () => {
    await eu.close()
    await ap.close()
    await topology.close()
  })

  test('a region is heard in another', async () => {
    await expect
      .poll(
        () => {
          ap.publish('spillway.v1.up.s0.ap', 'hello')
          return heard.length
        },
        { timeout: 10_000, interval: 100 },
      )
      .toBeGreaterThan(0)
  })

  test('a region that is cut off is not heard, still reaches its own key, and is heard again', async () => {
    const key = new LeaderKey({ bucket: 'SPILLWAY_REGION_ap_s0', ttlMs: 10_000, domain: 'ap' }, ap)
    await expect.poll(async () => (await key.ask({ kind: 'read' })).kind, { timeout: 10_000 }).toBe('found')
    topology.isolate('ap')
    await pause(300)
    heard.length = 0
    ap.publish('spillway.v1.up.s0.ap', 'from the island')
    const own = await key.ask({ kind: 'create', entry: { incarnation: 'x', epoch: 0 } })

    expect(own.kind).toBe('written')
    await pause(300)
    expect(heard).toEqual([])
    topology.rejoin('ap')
    await expect.poll(() => heard, { timeout: 10_000 }).toContain('from the island')
  })
})
