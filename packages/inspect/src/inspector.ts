import { chmodSync, rmSync } from 'node:fs'
import { Server, ServerCredentials, status } from '@grpc/grpc-js'
import type { Clock } from '@spillway/clock'
import type { Access } from './access.ts'
import { serveBreakers } from './breaker-service.ts'
import { serveBudgets } from './budget-service.ts'
import { Health, type HealthStatus } from './health-service.ts'
import type { InspectorSource } from './inspector-source.ts'
import { serveMethods } from './method-service.ts'
import { serveReflection } from './reflection.ts'
import { RpcFault } from './rpc-fault.ts'
import { packageDefinition } from './schema.ts'
import { serverOptions } from './server-options.ts'
import { prepareSocket } from './socket-path.ts'
import { serveTap } from './tap-service.ts'
import { probeTcp } from './tcp-probe.ts'
import { Watchers } from './watchers.ts'

const MOST_WATCHERS = 64
const SHUTDOWN_GRACE_MS = 1_000
const UNIX = 'unix:'

/** Where and how to serve the control API. */
export interface InspectorOptions {
  /** `host:port` for reads (port 0 for any free one), or `unix:/path` to have the socket alone. */
  readonly address: string
  /**
   * The unix socket for reads and writes beside a TCP address, from the port that was bound; see `inspectorSocketPath`.
   * Left out: nobody can write. Its folder is created private (0700), or must be so; the socket itself is 0600.
   */
  readonly socketPath?: (port: number) => string
  readonly source: InspectorSource
  readonly clock: Clock
  /** Streams open at once over all clients, health watches included; 64 when left out. */
  readonly maxWatchers?: number
}

/** A running inspector. */
export interface Inspector {
  /** `host:port` as bound, or `unix:/path`. */
  readonly address: string
  /** Path of the unix socket, undefined when there is none. */
  readonly socketPath: string | undefined
  /** Streams open now. */
  readonly watchers: number
  /** Tells health checkers; the empty service starts as NOT_SERVING. */
  setHealth(service: string, status: HealthStatus): void
  /** Ends all streams with UNAVAILABLE, closes the sockets and removes the unix socket. Safe to repeat. */
  close(): Promise<void>
}

/**
 * Serves the control API, health and reflection. Rejects with one clear line when an address cannot be had, and then holds
 * nothing.
 */
export async function startInspector(options: InspectorOptions): Promise<Inspector> {
  const running = new RunningInspector(options)
  try {
    await running.listen()
    return running
  } catch (error) {
    await running.close()
    throw error
  }
}

class RunningInspector implements Inspector {
  address: string
  socketPath: string | undefined
  readonly #options: InspectorOptions
  readonly #health = new Health()
  readonly #watchers: Watchers
  readonly #servers: Server[] = []

  constructor(options: InspectorOptions) {
    this.#options = options
    this.address = options.address
    this.#watchers = new Watchers(options.maxWatchers ?? MOST_WATCHERS)
  }

  get watchers(): number {
    return this.#watchers.size
  }

  setHealth(service: string, status: HealthStatus): void {
    this.#health.set(service, status)
  }

  async listen(): Promise<void> {
    const { address, socketPath } = this.#options
    if (address.startsWith(UNIX)) return this.#listenUnix(address.slice(UNIX.length))
    const port = await this.#listenTcp(address, socketPath)
    this.address = `${address.slice(0, address.lastIndexOf(':'))}:${port}`
    if (socketPath !== undefined) await this.#listenUnix(socketPath(port))
  }

  async close(): Promise<void> {
    this.#watchers.closeAll(new RpcFault(status.UNAVAILABLE, 'the sidecar is shutting down'))
    await Promise.all(this.#servers.splice(0).map((server) => shutDown(server, this.#options.clock)))
    if (this.socketPath !== undefined) rmSync(this.socketPath, { force: true })
  }

  async #listenTcp(address: string, socketPath: InspectorOptions['socketPath']): Promise<number> {
    await probeTcp(address).catch((error: unknown) => Promise.reject(cannotListen(address, error)))
    let access: Access = { canWrite: false, socketPath: undefined }
    const server = this.#serverFor(() => access)
    const port = await this.#bind(server, address)
    access = { canWrite: false, socketPath: socketPath?.(port) }
    return port
  }

  async #listenUnix(path: string): Promise<void> {
    await prepareSocket(path)
    const access: Access = { canWrite: true, socketPath: path }
    const server = this.#serverFor(() => access)
    await this.#bind(server, `${UNIX}${path}`)
    chmodSync(path, 0o600)
    this.socketPath = path
  }

  /** A server with every service on it. `access` is asked per call, since the socket's path follows the port. */
  #serverFor(access: () => Access): Server {
    const server = new Server(serverOptions)
    const { source, clock } = this.#options
    const parts = { server, source, clock, watchers: this.#watchers, access }
    serveBreakers(parts)
    serveMethods(parts)
    serveBudgets(parts)
    serveTap(parts)
    this.#health.serve(server, this.#watchers)
    serveReflection(server, packageDefinition)
    this.#servers.push(server)
    return server
  }

  #bind(server: Server, address: string): Promise<number> {
    return new Promise((resolve, reject) => {
      server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => {
        if (error === null) resolve(port)
        else reject(cannotListen(address, error))
      })
    })
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is taken',
  EACCES: 'permission denied',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'no such host',
}

function cannotListen(address: string, error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error)
  const code = Object.keys(REASONS).find((name) => message.includes(name))
  return new Error(`inspector cannot listen on ${address}: ${REASONS[code ?? ''] ?? message}`, { cause: error })
}

/** Lets running calls end for a moment, then closes what is left. */
function shutDown(server: Server, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.schedule(SHUTDOWN_GRACE_MS, () => server.forceShutdown())
    server.tryShutdown(() => {
      timer.cancel()
      resolve()
    })
  })
}
