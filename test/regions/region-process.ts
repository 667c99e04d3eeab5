/** A region process of the tour, started by it: one candidate for aggregator and allocator. */
import { defaultRegionNodeConfig } from '@spillway/budget'
import { RegionLink, connectBus } from '@spillway/bus'
import { systemClock, systemRandom } from '@spillway/clock'
import { setupOf } from './child.ts'
import { TERMS } from './terms.ts'
import { credentialsOf } from './topology.ts'

const STATUS_MS = 200

const { name, region, url, incarnation } = setupOf(process.argv)
const connection = await connectBus({ servers: [url], name, ...credentialsOf(name) })
const link = new RegionLink(
  {
    ...defaultRegionNodeConfig,
    region,
    shard: 's0',
    process: name,
    incarnation,
    terms: new Map([[TERMS.budget, TERMS]]),
    domain: region,
  },
  connection,
  systemClock,
  systemRandom,
)
link.start()
setInterval(() => {
  const aggregator = link.node.regionElection.office?.epoch ?? 0
  const allocator = link.node.allocatorElection.office?.epoch ?? 0
  process.send?.({ kind: 'region', aggregator, allocator, rate: link.node.aggregator(TERMS.budget)?.force.rate ?? 0 })
}, STATUS_MS)
