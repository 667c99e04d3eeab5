import type { NatsConnection } from '@nats-io/transport-node'
import { LeasedBudget, defaultLeasedBudgetConfig } from '@spillway/budget'
import { systemClock } from '@spillway/clock'
import { NatsServer, findNatsServer } from '@spillway/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Advice } from './advice.ts'
import { connectBus } from './connect.ts'
import { decodeReports } from './lease-codec.ts'
import { SidecarLink } from './sidecar-link.ts'

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const RARE = { steadyMs: 60_000, pressedMs: 60_000, idleMs: 60_000, shortestMs: 60 }

describe.skipIf(!findNatsServer())('a sidecar’s link', () => {
  let server: NatsServer
  let observer: NatsConnection
  let connection: NatsConnection
  let link: SidecarLink
  const reports: number[] = []
  const finals: number[] = []
  const advice: Advice[] = []

  beforeEach(async () => {
    reports.length = 0
    finals.length = 0
    advice.length = 0
    server = await NatsServer.start({ jetStream: false })
    observer = await connectBus({ servers: [server.url], name: 'observer' })
    observer.subscribe('spillway.v1.report.eu.s0.one', {
      callback: (_error, message) => {
        for (const { seq, isFinal } of decodeReports(message.data, 'one') ?? []) {
          reports.push(seq)
          if (isFinal) finals.push(seq)
        }
      },
    })
    await observer.flush()
    const own = { budget: 'api', holder: 'one', incarnation: 'i1', drift: 0.02, pace: RARE }
    const budgets = new Map([['api', new LeasedBudget({ ...defaultLeasedBudgetConfig, ...own }, systemClock)]])
    const config = { region: 'eu', shard: 's0', sidecar: 'one', incarnation: 'i1', pollMs: 10 }
    const listener = { refused: () => undefined, advised: (told: Advice) => void advice.push(told) }
    link = new SidecarLink(config, budgets, listener, systemClock)
    connection = await connectBus({ servers: [server.url], name: 'one' })
    link.start(connection)
  })
  afterEach(async () => {
    link.stop()
    await connection.close()
    await observer.close()
    await server.close()
  })

  test('reports at once, then only when it is due', async () => {
    await expect.poll(() => reports).toEqual([1])
    await pause(300)

    expect(reports).toEqual([1])
  })

  test('reports in full after a reconnect, since nobody knows what arrived', async () => {
    await expect.poll(() => reports).toEqual([1])
    await connection.reconnect()

    await expect.poll(() => reports, { timeout: 5_000 }).toEqual([1, 2])
  })

  test('gives back what it holds with a last report, and says nothing after it', async () => {
    await expect.poll(() => reports).toEqual([1])
    link.end()
    await connection.reconnect()
    await pause(100)

    expect(reports).toEqual([1, 2])
    expect(finals).toEqual([2])
  })

  test('tells of bytes that are no grant, and goes on', async () => {
    await expect.poll(() => reports).toEqual([1])
    observer.publish('spillway.v1.grant.eu.s0.one', new Uint8Array([255]))

    await expect.poll(() => advice.map(({ kind }) => kind)).toEqual(['unreadable'])
  })
})
