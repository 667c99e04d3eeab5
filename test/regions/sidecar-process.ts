/** A sidecar of the tour, started by it: open-loop load against the leases and, beside them, the comparison. */
import { join } from 'node:path'
import { LeasedBudget, defaultLeasedBudgetConfig } from '@spillway/budget'
import { SidecarLink, connectBus } from '@spillway/bus'
import { systemClock, systemRandom } from '@spillway/clock'
import { AdmissionLog, machineNowMs } from './admission-log.ts'
import { CentralCounter, LocalBucket } from './comparison.ts'
import { onLoad, setupOf } from './child.ts'
import { Arrivals } from './arrivals.ts'
import { SIDECARS, TERMS } from './terms.ts'
import { credentialsOf } from './topology.ts'

const STATUS_MS = 200
const TICK_MS = 5

const { name, region, url, incarnation, folder } = setupOf(process.argv)
const { budget, share } = TERMS
const own = { budget, holder: name, incarnation, drift: 0.02 }
const leased = new LeasedBudget({ ...defaultLeasedBudgetConfig, ...own }, systemClock)
const split = new LocalBucket(share.rate / SIDECARS, share.burst / SIDECARS)
const central = new CentralCounter()
const logOf = (policy: string): AdmissionLog => new AdmissionLog(join(folder, `${policy}-${incarnation}.log`))
const logs = { leases: logOf('leases'), static: logOf('static'), central: logOf('central') }
const arrivals = new Arrivals(systemRandom, machineNowMs())

function call(tier: number): void {
  const atMs = machineNowMs()
  logs.leases.append({ atMs, tier, isAdmitted: leased.take(1, tier) })
  logs.static.append({ atMs, tier, isAdmitted: split.take(atMs) })
  central.ask((isAdmitted) => logs.central.append({ atMs: isAdmitted ? machineNowMs() : atMs, tier, isAdmitted }))
}

setInterval(() => {
  for (const tier of arrivals.due(machineNowMs())) call(tier)
}, TICK_MS)
setInterval(() => {
  process.send?.({ kind: 'sidecar', rate: leased.force.rate, isCutOff: leased.isCutOff })
}, STATUS_MS)
onLoad((load) => arrivals.set(load))

const link = new SidecarLink(
  { region, shard: 's0', sidecar: name, incarnation, pollMs: 20 },
  new Map([[budget, leased]]),
  { refused: () => undefined },
  systemClock,
)
link.start(await connectBus({ servers: [url], name, ...credentialsOf(name) }))
central.use(await connectBus({ servers: [url], name: `${name}-comparison`, ...credentialsOf('leaf') }))
