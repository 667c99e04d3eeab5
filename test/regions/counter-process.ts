/** The central counter of the comparison: one bucket in the first region, asked over NATS. */
import { connectBus } from '@spillway/bus'
import { machineNowMs } from './admission-log.ts'
import { setupOf } from './child.ts'
import { CentralCounter, LocalBucket } from './comparison.ts'
import { TERMS } from './terms.ts'
import { credentialsOf } from './topology.ts'

const { name, url } = setupOf(process.argv)
const connection = await connectBus({ servers: [url], name, ...credentialsOf('leaf') })
CentralCounter.serve(connection, new LocalBucket(TERMS.share.rate, TERMS.share.burst), machineNowMs)
