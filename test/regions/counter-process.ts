/** The central counter of the comparison: one bucket in the first region, asked over NATS. */
import { connectBus } from '@spillway/bus'
import { machineNowMs } from './admission-log.ts'
import { setupOf, tell } from './child.ts'
import { CentralCounter, LocalBucket } from './comparison.ts'
import { TERMS } from './terms.ts'
import { credentialsOf } from './topology.ts'

const { name, region, urls } = setupOf(process.argv)
const connection = await connectBus({ servers: [urls[region]], name, ...credentialsOf('leaf') })
CentralCounter.serve(connection, new LocalBucket(TERMS.share.rate, TERMS.share.burst), machineNowMs)
tell(() => ({ kind: 'ready' }))
