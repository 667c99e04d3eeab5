import { status, type Server } from '@grpc/grpc-js'
import type { HealthStatuses } from './health-statuses.ts'
import { RpcFault } from './rpc-fault.ts'
import { healthRpcs, type HealthReply } from './schema.ts'
import { serveStream, serveUnary } from './serve-rpc.ts'
import type { Watchers } from './watchers.ts'

/**
 * Serves grpc.health.v1. Our own, since the one of the grpc-health-check package neither bounds watchers nor what it
 * buffers for slow ones.
 */
export function serveHealth(server: Server, statuses: HealthStatuses, watchers: Watchers): void {
  serveUnary(server, healthRpcs.check, ({ service }) => {
    const found = statuses.of(service)
    if (found !== undefined) return { status: found }
    return new RpcFault(status.NOT_FOUND, `no health status for service ${JSON.stringify(service)}`)
  })
  serveStream(server, healthRpcs.watch, ({ service }, call) => {
    watchers.serve(call, changesOf(service, statuses), (touch) => statuses.subscribe(touch))
    return undefined
  })
}

function changesOf(service: string, statuses: HealthStatuses): () => HealthReply | undefined {
  let sent: HealthReply['status'] | undefined
  return () => {
    const current = statuses.of(service) ?? 'SERVICE_UNKNOWN'
    if (current === sent) return undefined
    sent = current
    return { status: current }
  }
}
