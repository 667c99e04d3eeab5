import type { RegionLink } from '@spillway/bus'
import { NatsServer, natsVersions } from '@spillway/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Fleet, TERMS, followedAtOnce } from './fleet.ts'

/** A voter that has just started promises nothing for as long. */
const SILENT_MS = 8_000

/** A second of all but the floors: after a cold start these are kept for whoever may still live on slices of them. */
const UNFLOORED = 0.8 * TERMS.share.rate

describe.each(natsVersions())('offices by votes on nats-server $version', ({ binary }) => {
  if (!binary) return test.skip('no such server here')
  let server: NatsServer
  let fleet: Fleet
  let startMs: number
  let retired: RegionLink | undefined

  beforeAll(async () => {
    server = await NatsServer.start({ binary, jetStream: false, config: Fleet.accounts('voters') })
    startMs = performance.now()
    fleet = await Fleet.start(server.url, 'voters')
  })
  afterAll(async () => {
    await fleet.stop()
    await server.close()
  })

  function leaders(): { allocators: number; aggregators: string } {
    const nodes = [...fleet.regions].map(([id, { node }]) => ({ region: id.slice(0, 2), node }))
    const inOffice = nodes.filter(({ node }) => node.regionElection.office !== undefined)
    return {
      allocators: nodes.filter(({ node }) => node.isAllocator).length,
      aggregators: inOffice.map(({ region }) => region).join(' '),
    }
  }

  /** Highest epoch that the regions were granted anything under, one number each. */
  function epochs(): number[] {
    return [...fleet.regions.values()].flatMap(({ node }) => node.aggregator('api')?.highestEpoch ?? [])
  }

  test('no store is needed: each region elects its aggregator, and these elect one allocator', async () => {
    await expect.poll(leaders, { timeout: 25_000 }).toEqual({ allocators: 1, aggregators: 'eu us' })

    expect(performance.now() - startMs).toBeGreaterThan(SILENT_MS)
    expect(fleet.advice.filter(({ kind }) => kind === 'store')).toEqual([])
  })

  test('an allocator that is told to go is followed at once, and nothing is overshot', async () => {
    await expect.poll(() => epochs().length).toBe(2)
    const admitted: number[] = []
    const note = (nowMs: number): void => void admitted.push(nowMs)
    const load = Promise.all([fleet.load('eu-a', 1_500, 8_000, note), fleet.load('us-a', 1_500, 8_000, note)])
    await expect.poll(() => fleet.inForce, { timeout: 5_000 }).toBeGreaterThan(0.9 * UNFLOORED)
    const before = fleet.allocator
    const epoch = before?.node.allocatorElection.office?.epoch ?? 0

    before?.node.retire()
    retired = before

    await expect.poll(() => Math.min(...epochs()), { timeout: 2_000, interval: 20 }).toBeGreaterThan(epoch)
    expect(before?.node.isAllocator).toBe(false)
    expect(fleet.allocator).toBeDefined()
    await load
    expect(worstExcess(admitted, TERMS.share.rate)).toBeLessThanOrEqual(TERMS.share.burst)
    expect(admitted.length).toBeGreaterThan(0.85 * UNFLOORED * 8)
  })

  test('an aggregator that is told to go is followed at once, and its sidecars keep what they have', async () => {
    // Where nobody was told so before.
    const elsewhere = [...fleet.regions].find(([, link]) => link === retired)?.[0].startsWith('eu') ? 'us' : 'eu'
    await followedAtOnce(fleet, elsewhere)
  })
})

/** Most units beyond `rate * dt` in any interval. */
function worstExcess(times: readonly number[], rate: number): number {
  let filled = 0
  let worst = 0
  let lastMs = 0
  for (const nowMs of times.toSorted((one, other) => one - other)) {
    filled = Math.max(0, filled - (rate * (nowMs - lastMs)) / 1_000) + 1
    lastMs = nowMs
    worst = Math.max(worst, filled)
  }
  return worst
}
