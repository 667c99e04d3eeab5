import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Peer } from '../peer.ts'

const COMMAND = fileURLToPath(new URL('../../../packages/cli/bin/spillway.js', import.meta.url))
const PROTO_ROOT = fileURLToPath(new URL('../../../proto', import.meta.url))
const CONTRACT = fileURLToPath(new URL('echo.proto', import.meta.url))

/** A real sidecar: contract read, every gate enforcing, telemetry and inspector on. Its limits are above the load. */
export const gatedRelay: Peer = {
  name: 'spillway relay, all gates on',
  note: 'spillway sidecar; expired, breaker, budget and admission enforced',
  prepare({ listenPort, backendPort, folder }) {
    const path = join(folder, 'spillway.yaml')
    writeFileSync(path, configuration(listenPort, backendPort))
    return { file: process.execPath, args: [COMMAND, 'sidecar', '--config', path] }
  },
}

function configuration(listenPort: number, backendPort: number): string {
  return `service: bench
inbound: { host: 127.0.0.1, port: ${listenPort}, app: "127.0.0.1:${backendPort}" }
outbound: { port: 0 }
inspect: { port: 0 }
web: { port: 0 }
proto: { roots: [${JSON.stringify(CONTRACT)}], includes: [${JSON.stringify(PROTO_ROOT)}] }
budgets: { bench: { rate: 10000000, burst: 10000000 } }
admission: { limit: 2000 }
mode: { expired: enforce, breaker: enforce, budget: enforce, admission: enforce }
`
}
