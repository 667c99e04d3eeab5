import type { Socket } from 'node:net'
import { Server, ServerCredentials, status } from '@grpc/grpc-js'
import type { Clock } from '@spillway/clock'
import type { Access } from './access.ts'
import { serveBreakers } from './breaker-service.ts'
import { serveBudgets } from './budget-service.ts'
import { serveHealth } from './health-service.ts'
import type { HealthStatuses } from './health-statuses.ts'
import type { InspectorSource } from './inspector-source.ts'
import { serveMethods } from './method-service.ts'
import { serveReflection } from './reflection.ts'
import { RpcFault } from './rpc-fault.ts'
import { packageDefinition } from './schema.ts'
import { serverOptions } from './server-options.ts'
import { serveTap } from './tap-service.ts'
import { Watchers } from './watchers.ts'

const SHUTDOWN_GRACE_MS = 1_000

/** What the control API is made of. */
export interface ControlApiParts {
  readonly source: InspectorSource
  readonly clock: Clock
  readonly health: HealthStatuses
  /** Streams open at once over all connections. */
  readonly maxWatchers: number
}

type ConnectionInjector = ReturnType<Server['createConnectionInjector']>

/**
 * The control API, health and reflection for connections that others accept. Importing this file loads grpc-js, which takes
 * ten megabytes: import it when the first request is there.
 */
export class ControlApi {
  readonly #parts: ControlApiParts
  readonly #watchers: Watchers
  readonly #servers: Server[] = []
  readonly #entrances = new Map<Access, ConnectionInjector>()

  constructor(parts: ControlApiParts) {
    this.#parts = parts
    this.#watchers = new Watchers(parts.maxWatchers)
  }

  /** Streams open now. */
  get watchers(): number {
    return this.#watchers.size
  }

  /** Serves that connection, none of whose octets has been taken, with that access: one object for each way in. */
  accept(socket: Socket, access: Access): void {
    const entrance = this.#entrances.get(access) ?? this.#open(access)
    entrance.injectConnection(socket)
    socket.read(0) // begins to read, which node:http2 leaves to whoever accepted
  }

  /** Ends all streams with UNAVAILABLE and closes the connections: lets running calls end for a moment, then cuts them. */
  async close(): Promise<void> {
    this.#watchers.closeAll(new RpcFault(status.UNAVAILABLE, 'the sidecar is shutting down'))
    await Promise.all(this.#servers.splice(0).map((server) => shutDown(server, this.#parts.clock)))
  }

  /** A server with every service on it. */
  #open(access: Access): ConnectionInjector {
    const server = new Server(serverOptions)
    const { source, clock, health } = this.#parts
    const parts = { server, source, clock, watchers: this.#watchers, access }
    serveBreakers(parts)
    serveMethods(parts)
    serveBudgets(parts)
    serveTap(parts)
    serveHealth(server, health, this.#watchers)
    serveReflection(server, packageDefinition)
    const entrance = server.createConnectionInjector(ServerCredentials.createInsecure())
    this.#servers.push(server)
    this.#entrances.set(access, entrance)
    return entrance
  }
}

function shutDown(server: Server, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.schedule(SHUTDOWN_GRACE_MS, () => server.forceShutdown())
    server.tryShutdown(() => {
      timer.cancel()
      resolve()
    })
  })
}
