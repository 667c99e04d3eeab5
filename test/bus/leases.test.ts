import type { LeaseGrant, LeaseReport } from '@spillway/budget'
import { encodeGrants, encodeReports } from '@spillway/bus'
import { NatsServer, natsVersions } from '@spillway/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Fleet, TERMS, followedAtOnce } from './fleet.ts'

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Nobody acts before it has watched its key for as long. */
const TTL_MS = 10_000

const report: LeaseReport = {
  budget: 'api',
  holder: 'eu-a',
  incarnation: 'forged',
  seq: 1,
  ack: undefined,
  force: { rate: 0, burst: 0 },
  slice: { rate: 0, burst: 0 },
  used: 0,
  wants: [100],
  level: 0,
  asks: [],
  returned: 0,
}

const grant: LeaseGrant = {
  budget: 'api',
  holder: 'eu-a',
  incarnation: 'eu-a-i',
  grantor: 'forger',
  epoch: 2 ** 40,
  seq: 1,
  anchor: 1,
  share: { rate: 1e6, burst: 1e6 },
  ttlMs: 60_000,
  slice: { rate: 0, burst: 0 },
  sliceTtlMs: 60_000,
  lump: 0,
  isPressed: false,
  isInUnits: false,
}

describe.each(natsVersions())('leases on nats-server $version', ({ binary }) => {
  if (!binary) return test.skip('no such server here')
  let server: NatsServer
  let fleet: Fleet
  let startMs: number

  beforeAll(async () => {
    server = await NatsServer.start({ binary, config: Fleet.accounts() })
    fleet = await Fleet.start(server.url)
    startMs = performance.now()
  })
  afterAll(async () => {
    await fleet.stop()
    await server.close()
  })

  function leaders(): { allocators: number; eu: number; us: number } {
    const nodes = [...fleet.regions].map(([id, { node }]) => ({ id, node }))
    const aggregators = nodes.filter(({ node }) => node.regionElection.office !== undefined)
    return {
      allocators: nodes.filter(({ node }) => node.isAllocator).length,
      eu: aggregators.filter(({ id }) => id.startsWith('eu')).length,
      us: aggregators.filter(({ id }) => id.startsWith('us')).length,
    }
  }

  function adviceOf(kind: string): number {
    return fleet.advice.filter((advice) => advice.kind === kind).length
  }

  test('of two candidates one is elected, after a full time to live, and stays alone', async () => {
    await expect.poll(() => leaders(), { timeout: 25_000 }).toEqual({ allocators: 1, eu: 1, us: 1 })

    expect(performance.now() - startMs).toBeGreaterThan(TTL_MS)
    await expect.poll(() => adviceOf('office')).toBe(3)
  })

  test('share goes where the demand is, and never adds up to more than the budget', async () => {
    let most = 0
    const watch = setInterval(() => (most = Math.max(most, fleet.inForce)), 5)
    await Promise.all([fleet.load('eu-a', 1_500, 3_000), fleet.load('us-a', 20, 3_000)])
    clearInterval(watch)

    expect(fleet.sidecar('eu-a').budget.force.rate).toBeGreaterThan(700)
    expect(most).toBeLessThanOrEqual(TERMS.share.rate * 1.000001)
  })

  test.each([
    ['negative', { wants: [-1] }],
    ['not a number', { used: Number.NaN }],
    ['huge', { wants: [1e300] }],
    ['beyond any burst', { level: Number.POSITIVE_INFINITY }],
    ['from a future epoch', { ack: { epoch: Number.MAX_SAFE_INTEGER, seq: 1 } }],
  ])('a report that is %s has no effect and is told', async (_name, change) => {
    const before = adviceOf('malformed')
    const sender = await fleet.connectAs('eu-b')
    await pause(1_050)
    sender.publish('spillway.v1.report.eu.s0.eu-b', encodeReports('forged', [{ ...report, ...change }]))
    await sender.flush()

    await expect.poll(() => adviceOf('malformed')).toBeGreaterThan(before)
    expect(leaders()).toEqual({ allocators: 1, eu: 1, us: 1 })
  })

  test('bytes that are no report are told', async () => {
    const sender = await fleet.connectAs('eu-b')
    sender.publish('spillway.v1.report.eu.s0.eu-b', new Uint8Array([255, 255, 255, 255]))

    await expect.poll(() => adviceOf('unreadable')).toBeGreaterThan(0)
  })

  test('a replayed report is told and ignored', async () => {
    const sender = await fleet.connectAs('us-b')
    for (let copy = 0; copy < 2; copy++) {
      sender.publish('spillway.v1.report.us.s0.us-b', encodeReports('replayed', [{ ...report, seq: 5 }]))
    }

    await expect.poll(() => adviceOf('stale')).toBeGreaterThan(0)
  })

  test('a report on a budget that nobody knows is told', async () => {
    const sender = await fleet.connectAs('us-b')
    sender.publish('spillway.v1.report.us.s0.us-b', encodeReports('x', [{ ...report, budget: 'nonsense' }]))

    await expect.poll(() => adviceOf('foreign')).toBeGreaterThan(0)
  })

  test('grants that a region process forges change nothing when the sidecar never asked for them', async () => {
    const forger = await fleet.connectAs('eu-2')
    const before = fleet.sidecar('eu-a').budget.force
    const forgeries = [
      { ...grant, incarnation: 'other' },
      { ...grant, share: { rate: Number.NaN, burst: 1 } },
      { ...grant, anchor: 2 ** 45 },
    ]
    for (const forged of forgeries) forger.publish('spillway.v1.grant.eu.s0.eu-a', encodeGrants([forged]))
    await forger.flush()

    await expect.poll(() => adviceOf('unanchored')).toBeGreaterThan(0)
    expect(fleet.sidecar('eu-a').budget.force.rate).toBeLessThanOrEqual(Math.max(1_000, before.rate))
    expect(fleet.inForce).toBeLessThanOrEqual(TERMS.share.rate * 1.000001)
  })

  test('a region that no budget names gets nothing, and is told', async () => {
    const before = adviceOf('foreign')
    const stranger = await fleet.connectAs('leaf')
    stranger.publish('spillway.v1.up.s0.mars', encodeReports('x', [report]))

    await expect.poll(() => adviceOf('foreign')).toBeGreaterThan(before)
    expect(leaders()).toEqual({ allocators: 1, eu: 1, us: 1 })
  })

  test('advisories are published for operators', async () => {
    const operator = await fleet.connectAs('root')
    const subjects: string[] = []
    operator.subscribe('spillway.v1.advice.>', { callback: (_error, message) => void subjects.push(message.subject) })
    await operator.flush()
    await pause(1_050)
    const sender = await fleet.connectAs('eu-b')
    sender.publish('spillway.v1.report.eu.s0.eu-b', new Uint8Array([255]))

    await expect.poll(() => subjects.at(-1)).toMatch(/^spillway\.v1\.advice\.eu\.eu-[12]\.unreadable$/)
  })

  test('an aggregator that is told to go is followed at once, and its sidecars keep what they have', async () => {
    await followedAtOnce(fleet, 'eu')
  })

  test('with NATS gone nothing blocks or fails; after its return leases and reports resume', async () => {
    await server.kill()
    const startMs = performance.now()
    for (let call = 0; call < 10_000; call++) fleet.sidecar('eu-a').budget.take(1, 0)
    expect(performance.now() - startMs).toBeLessThan(500)
    await expect.poll(() => fleet.sidecar('eu-a').budget.isCutOff, { timeout: 5_000 }).toBe(true)

    await server.restart()
    void fleet.load('eu-a', 1_500, 20_000)
    await expect.poll(() => fleet.sidecar('eu-a').budget.isCutOff, { timeout: 20_000 }).toBe(false)
    expect(fleet.inForce).toBeLessThanOrEqual(TERMS.share.rate * 1.000001)
  })
})
