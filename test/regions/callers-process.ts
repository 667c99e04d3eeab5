/** The callers of the tour, started by it: open-loop gRPC calls to every sidecar, and beside them the comparison. */
import { join } from 'node:path'
import { connectBus } from '@spillway/bus'
import { systemRandom } from '@spillway/clock'
import { AdmissionLog, POLICIES, machineNowMs, type Policy } from './admission-log.ts'
import { Arrivals } from './arrivals.ts'
import { CallerSite } from './caller-site.ts'
import { onLoads, setupOf, tell, type Traffic } from './child.ts'
import { CentralCounter, LocalBucket } from './comparison.ts'
import { SIDECARS, TERMS } from './terms.ts'
import { REGIONS, credentialsOf, type Region } from './topology.ts'

const TICK_MS = 5

const { urls, incarnation, folder, sites } = setupOf(process.argv)
const logs = Object.fromEntries(
  POLICIES.map((policy) => [policy, new AdmissionLog(join(folder, `${policy}-${incarnation}.log`))]),
) as Record<Policy, AdmissionLog> // every policy has one
const traffic = Object.fromEntries(
  REGIONS.map((region) => [region, { offered: [0, 0, 0], served: [0, 0, 0] }]),
) as unknown as Record<Region, { offered: number[]; served: number[] } & Traffic> // every region has one

const counters = new Map(REGIONS.map((region) => [region, new CentralCounter()]))
const { rate, burst } = TERMS.share
const all = sites.map((site) => ({
  region: site.region,
  caller: new CallerSite(site),
  split: new LocalBucket(rate / SIDECARS, burst / SIDECARS),
  arrivals: new Arrivals(systemRandom, machineNowMs()),
}))

async function call({ region, caller, split }: (typeof all)[number], tier: number): Promise<void> {
  const atMs = machineNowMs()
  const ofRegion = traffic[region]
  ofRegion.offered[tier] = (ofRegion.offered[tier] ?? 0) + 1
  const isInSplit = split.take(atMs)
  const counted = counters.get(region)?.ask() ?? Promise.resolve(false)
  const fate = await caller.call(tier)
  const isServed = fate === 'served'
  if (isServed) ofRegion.served[tier] = (ofRegion.served[tier] ?? 0) + 1
  logs.leases.append({ atMs, tier, isAdmitted: isServed, ...(fate === 'lost' && { isLost: true as const }) })
  // Who does not get through to the sidecar is not served by any way of sharing.
  logs.static.append({ atMs, tier, isAdmitted: isInSplit && fate !== 'lost' })
  const isCounted = await counted
  logs.central.append({
    atMs: isCounted ? isCounted.atMs : atMs,
    tier,
    isAdmitted: isCounted !== false && fate !== 'lost',
  })
}

onLoads((loads) => {
  for (const { region, arrivals } of all) arrivals.set(loads[region])
})
setInterval(() => {
  for (const site of all) for (const tier of site.arrivals.due(machineNowMs())) void call(site, tier)
}, TICK_MS)
for (const [region, counter] of counters) {
  const name = `callers-${region}`
  counter.use(await connectBus({ servers: [urls[region]], name, ...credentialsOf('leaf') }), machineNowMs)
}
tell(() => ({ kind: 'callers', traffic }))
