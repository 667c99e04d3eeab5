/** A region process of the tour, started by it: one candidate for aggregator and allocator. Hands over what it is on SIGTERM. */
import { defaultRegionNodeConfig } from '@spillway/budget'
import { RegionLink, connectBus } from '@spillway/bus'
import { systemClock, systemRandom } from '@spillway/clock'
import { setupOf, tell } from './child.ts'
import { TERMS } from './terms.ts'
import { SHARD, credentialsOf } from './topology.ts'

/** How long somebody may take to take its offices over, in milliseconds; as a sidecar with that role waits. */
const HAND_OVER_MS = 1_000

const { name, region, urls, incarnation, sliceMs } = setupOf(process.argv)
const connection = await connectBus({ servers: [urls[region]], name, ...credentialsOf(name) })
const link = new RegionLink(
  {
    ...defaultRegionNodeConfig,
    region,
    shard: SHARD,
    process: name,
    incarnation,
    sliceMs,
    terms: new Map([[TERMS.budget, TERMS]]),
    domain: region,
  },
  connection,
  systemClock,
  systemRandom,
)
link.start()
process.once('SIGTERM', () => void leave())
tell(() => {
  const { regionElection, allocatorElection } = link.node
  return {
    kind: 'region',
    aggregator: regionElection.office?.epoch ?? 0,
    allocator: allocatorElection.office?.epoch ?? 0,
  }
})

async function leave(): Promise<void> {
  const endMs = performance.now() + HAND_OVER_MS
  link.node.retire()
  while (!link.node.isOutOfOffice && performance.now() < endMs) await new Promise((resolve) => setTimeout(resolve, 20))
  link.stop()
  await connection.close()
  process.exit(0)
}
