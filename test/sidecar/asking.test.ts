import { NatsServer } from '@spillway/testkit'
import { expect, test } from 'vitest'
import { Region, pause, worstExcess } from './regions.ts'

/** Fewer units than sidecars, and fewer a second. */
const SIDECARS = 6
const SMALL = { rate: 4, burst: 3, regions: { east: { floor: 0 } } }
const ELECTION_MS = 60_000

/** A standard call every 100 ms, and a critical one every second. */
const ROUNDS = 150
const ROUND_MS = 100
const CRITICAL_EVERY = 10

/** Calls end a little later than they were let in. */
const JITTER = 1

test('six sidecars that are asked for three times of four calls a second serve what is critical', async () => {
  await using nats = await NatsServer.start()
  await using fleet = new AsyncDisposableStack()
  const sidecars = await Promise.all(Array.from({ length: SIDECARS }, () => Region.start('east', settings(nats.url))))
  for (const sidecar of sidecars) fleet.use(sidecar)
  await Promise.all(sidecars.map((sidecar) => sidecar.until(({ isCutOff }) => !isCutOff, ELECTION_MS)))
  await pause(3_000)

  const passedMs: number[] = []
  const calls: Promise<boolean>[] = []
  const call = (round: number, method: string): Promise<boolean> | undefined =>
    sidecars[round % SIDECARS]?.caller.call(method).then(({ code }) => {
      if (code === 0) passedMs.push(performance.now())
      return code === 0
    })
  const startMs = performance.now()
  for (let round = 0; round < ROUNDS; round++) {
    void call(round, 'Charge')
    if (round % CRITICAL_EVERY === 0) calls.push(call(round + round / CRITICAL_EVERY, 'Reserve') ?? Promise.reject())
    await pause(ROUND_MS)
  }
  const seconds = (performance.now() - startMs) / 1_000
  const critical = await Promise.all(calls)

  expect(critical.filter((isServed) => isServed).length).toBeGreaterThanOrEqual(0.9 * critical.length)
  expect(passedMs.length).toBeGreaterThan(0.8 * SMALL.rate * seconds)
  expect(worstExcess(passedMs, SMALL.rate)).toBeLessThanOrEqual(SMALL.burst + JITTER)
}, 120_000)

function settings(server: string): Record<string, unknown> {
  return {
    nats: { servers: [server], slice_hold: '1s' },
    budgets: { charges: SMALL },
    policy: { methods: { 'stock.v1.Stock/Reserve': { budget: 'charges' } } },
  }
}
