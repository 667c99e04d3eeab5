/** A region process of the tour, started by it: one candidate for aggregator and allocator. */
import { defaultRegionNodeConfig } from '@spillway/budget'
import { RegionLink, connectBus } from '@spillway/bus'
import { systemClock, systemRandom } from '@spillway/clock'
import { setupOf, tell } from './child.ts'
import { TERMS } from './terms.ts'
import { SHARD, credentialsOf } from './topology.ts'

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
tell(() => {
  const { regionElection, allocatorElection } = link.node
  return {
    kind: 'region',
    aggregator: regionElection.office?.epoch ?? 0,
    allocator: allocatorElection.office?.epoch ?? 0,
  }
})
