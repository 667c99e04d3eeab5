import { fileURLToPath } from 'node:url'
import type { Site } from './child.ts'
import { TERMS } from './terms.ts'
import { SHARD, credentialsOf } from './topology.ts'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const PROTO = fileURLToPath(new URL('../../proto', import.meta.url))

/** The `spillway.yaml` of one sidecar of the tour. Classes and the budget that pays stand in `tour.proto`. */
export function sidecarSettings({ name, region, inboundPort, inspectPort, appPort }: Site, url: string): string {
  const { budget, share, regions } = TERMS
  const floors = [...regions].map(([name, { floor }]) => `${name}: { floor: ${floor.rate / share.rate} }`)
  const { user, password } = credentialsOf(name)
  return `service: tour
region: ${region}
role: [sidecar]
inbound: { host: 127.0.0.1, port: ${inboundPort}, app: "127.0.0.1:${appPort}" }
outbound: { port: 0 }
inspect: { port: ${inspectPort} }
web: { port: 0 }
proto: { paths: [${JSON.stringify(HERE)}], roots: [tour.proto], includes: [${JSON.stringify(PROTO)}] }
budgets: { ${budget}: { rate: ${share.rate}, burst: ${share.burst}, regions: { ${floors.join(', ')} } } }
nats: { servers: ["${url}"], user: ${user}, password: ${password}, id: ${name}, shard: ${SHARD} }
drain: { settle: 0ms, grace: 2s, stop: 1s }
log: { to: "off" }
`
}
