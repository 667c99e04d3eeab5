import { NatsServer } from '@spillway/testkit'
import { expect, test } from 'vitest'
import { load, worstExcess } from './regions.ts'
import { StockApp } from './scene.ts'
import { SidecarCommand } from './sidecar-command.ts'

/** Calls end a little later than they were let in, and not all by the same time. */
const JITTER = 5

/** How long shares may take to come to who asks for them. */
const PATIENCE_MS = 30_000

/** The budget of that rate, with a burst of half a second. */
function budgets(rate: number): Record<string, unknown> {
  const regions = { east: { floor: 0.1 }, west: { floor: 0.1 } }
  return { budgets: { charges: { rate, burst: rate / 2, regions } } }
}

/** The most that may be admitted beyond that rate. */
function most(rate: number): number {
  return rate / 2 + JITTER
}

test('a shared rate goes down when the first process is told, and up when the last one is', async () => {
  await using nats = await NatsServer.start()
  const app = await StockApp.start(() => Promise.resolve({ note: 'done' }))
  const settings = { nats: { servers: [nats.url], slice_hold: '3s' }, ...budgets(100) }
  await using east = await SidecarCommand.start(app.address, { region: 'east', ...settings })
  await using west = await SidecarCommand.start(app.address, { region: 'west', ...settings })
  /** Passed calls of both in that time, once they have warmed up and have most of `rate` between them. */
  const both = async (rate: number, perSecond: number, durationMs: number): Promise<number[]> => {
    const endMs = performance.now() + PATIENCE_MS
    for (let forMs = 2_000; ; forMs = 500) {
      await Promise.all([east, west].map(({ caller }) => load(caller, perSecond, forMs)))
      const budgets = await Promise.all([east, west].map(({ inspector }) => inspector.listBudgets()))
      const inForce = budgets.flat().reduce((sum, { ratePerSecond }) => sum + ratePerSecond, 0)
      if (inForce > 0.75 * rate) break
      if (performance.now() > endMs) throw new Error(`still ${JSON.stringify(budgets)}`)
    }
    const loads = await Promise.all([east, west].map(({ caller }) => load(caller, perSecond, durationMs)))
    return loads.flatMap(({ passedMs }) => passedMs)
  }
  const untilBoth = async (rate: number, phase: string): Promise<void> => {
    for (const one of [east, west]) {
      await one.until(({ totalRatePerSecond, termsPhase }) => totalRatePerSecond === rate && termsPhase === phase)
    }
  }
  await untilBoth(100, 'settled')
  const passed = await both(100, 100, 3_000)
  expect(worstExcess(passed, 100)).toBeLessThanOrEqual(most(100))
  expect(passed.length).toBeGreaterThan(0.6 * 100 * 3)

  east.reload(budgets(30))
  await untilBoth(30, 'agreeing')
  await west.says(/rate 30 in east, 100 in west/)
  const fewer = await both(30, 100, 3_000)
  expect(worstExcess(fewer, 30)).toBeLessThanOrEqual(most(30))
  expect(fewer.length).toBeGreaterThan(0.6 * 30 * 3)

  west.reload(budgets(30))
  await untilBoth(30, 'settled')

  west.reload(budgets(150))
  await west.says(/rate 30 in east, 150 in west/)
  const still = await both(30, 100, 2_000)
  expect(worstExcess(still, 30)).toBeLessThanOrEqual(most(30))

  east.reload(budgets(150))
  await untilBoth(150, 'settled')
  const more = await both(150, 120, 3_000)
  expect(worstExcess(more, 150)).toBeLessThanOrEqual(most(150))
  expect(more.length).toBeGreaterThan(0.6 * 150 * 3)
  app.close()
}, 150_000)
