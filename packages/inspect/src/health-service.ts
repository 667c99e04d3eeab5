import { status, type Server } from '@grpc/grpc-js'
import { RpcFault } from './rpc-fault.ts'
import { healthRpcs, type HealthReply } from './schema.ts'
import { serveStream, serveUnary } from './serve-rpc.ts'
import type { Watchers } from './watchers.ts'

/** Serving status of a service in `grpc.health.v1`; the empty name stands for the sidecar as a whole. */
export type HealthStatus = 'SERVING' | 'NOT_SERVING'

/**
 * grpc.health.v1 for all servers of the inspector. Our own, since the one of the grpc-health-check package neither bounds
 * watchers nor what it buffers for slow ones.
 */
export class Health {
  readonly #statuses = new Map<string, HealthStatus>([['', 'NOT_SERVING']])
  readonly #touches = new Set<() => void>()

  /** Tells checkers and watchers. */
  set(service: string, status: HealthStatus): void {
    this.#statuses.set(service, status)
    for (const touch of this.#touches) touch()
  }

  /** Serves Check and Watch. */
  serve(server: Server, watchers: Watchers): void {
    serveUnary(server, healthRpcs.check, ({ service }) => {
      const found = this.#statuses.get(service)
      if (found !== undefined) return { status: found }
      return new RpcFault(status.NOT_FOUND, `no health status for service ${JSON.stringify(service)}`)
    })
    serveStream(server, healthRpcs.watch, ({ service }, call) => {
      watchers.serve(call, this.#changesOf(service), (touch) => this.#subscribe(touch))
      return undefined
    })
  }

  #changesOf(service: string): () => HealthReply | undefined {
    let sent: HealthReply['status'] | undefined
    return () => {
      const current = this.#statuses.get(service) ?? 'SERVICE_UNKNOWN'
      if (current === sent) return undefined
      sent = current
      return { status: current }
    }
  }

  #subscribe(touch: () => void): () => void {
    this.#touches.add(touch)
    return () => this.#touches.delete(touch)
  }
}
