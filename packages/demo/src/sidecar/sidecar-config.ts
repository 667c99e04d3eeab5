import { CAPACITY } from '../scenario.ts'
import { CHAT_PROTO, PROTO_ROOT } from '../chat/chat-proto.ts'

/** Where the demo's sidecar listens and what is behind it: ports of the loopback interface. */
export interface SidecarPorts {
  readonly app: number
  readonly inbound: number
  readonly outbound: number
  readonly inspect: number
  readonly web: number
}

/**
 * The sidecar's `spillway.yaml`. Classes, waits, breaker and fallback rules are not in it: they stand in the service's
 * `.proto`. Its limit is just above the service's slots, far below slots and queue together: waiting is to happen where
 * there is an order of importance, with one call on the way so that no slot idles.
 */
export function sidecarConfig(ports: SidecarPorts): string {
  return `service: inference
inbound: { host: 127.0.0.1, port: ${ports.inbound}, app: "127.0.0.1:${ports.app}" }
outbound: { port: ${ports.outbound} }
inspect: { port: ${ports.inspect} }
web: { port: ${ports.web} }
proto: { paths: [${JSON.stringify(PROTO_ROOT)}], roots: [${CHAT_PROTO}] }
budgets: { tokens: { rate: 1000000, burst: 1000000 } }
admission: { limit: ${CAPACITY.slots + 1}, max_wait: { sheddable: 250ms } }
drain: { settle: 0ms, grace: 1s }
`
}
