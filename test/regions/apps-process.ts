/**
 * The apps of the tour, started by it: a gRPC server behind each sidecar. Each writes down every call that reaches it: a witness
 * of what was admitted that knows nothing of leases.
 */
import { join } from 'node:path'
import { Server, ServerCredentials, type sendUnaryData, type ServiceDefinition } from '@grpc/grpc-js'
import { AdmissionLog, machineNowMs } from './admission-log.ts'
import { setupOf, tell } from './child.ts'
import { METHODS } from './terms.ts'

const NOTHING = Buffer.alloc(0)

const { folder, sites, incarnation } = setupOf(process.argv)
const log = new AdmissionLog(join(folder, `witness-${incarnation}.log`))

const octets = (bytes: Buffer): Buffer => bytes
const definition: ServiceDefinition = Object.fromEntries(
  METHODS.map((path) => {
    const codec = {
      requestSerialize: octets,
      requestDeserialize: octets,
      responseSerialize: octets,
      responseDeserialize: octets,
    }
    return [path, { path, requestStream: false, responseStream: false, ...codec }]
  }),
)
const work = METHODS.map((path, tier) => {
  const serve = (_call: unknown, done: sendUnaryData<Buffer>): void => {
    log.append({ atMs: machineNowMs(), tier, isAdmitted: true })
    done(null, NOTHING)
  }
  return [path, serve] as const
})

await Promise.all(
  sites.map(async ({ appPort }) => {
    const server = new Server()
    server.addService(definition, Object.fromEntries(work))
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    server.bindAsync(`127.0.0.1:${appPort}`, ServerCredentials.createInsecure(), (error) =>
      error ? reject(error) : resolve(),
    )
    await promise
  }),
)
tell(() => ({ kind: 'ready' }))
