import { chmodSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { dirname } from 'node:path'
import type { Clock } from '@spillway/clock'
import type { Access } from './access.ts'
import type { ControlApi } from './control-api.ts'
import { removeDeadSockets } from './dead-sockets.ts'
import { Door } from './door.ts'
import { HealthStatuses, type HealthStatus } from './health-statuses.ts'
import type { InspectorSource } from './inspector-source.ts'
import { prepareSocket } from './socket-path.ts'

const MOST_WATCHERS = 64
const UNIX = 'unix:'

/** Where and how to serve the control API. */
export interface InspectorOptions {
  /** `host:port` for reads (port 0 for any free one), or `unix:/path` to have the socket alone. */
  readonly address: string
  /**
   * The unix socket for reads and writes beside a TCP address, from the port that was bound; see `inspectorSocketPath`.
   * Left out: nobody can write. Its folder is created private (0700), or must be so, and is rid of sockets that processes which
   * were killed have left there; the socket itself is 0600.
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
 * Serves the control API, health and reflection. Rejects with one clear line when an address cannot be had, a SocketError when
 * it is the unix socket's, and then holds nothing.
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
  readonly #health = new HealthStatuses()
  readonly #doors: Door[] = []
  #loading: Promise<ControlApi> | undefined
  #api: ControlApi | undefined
  #isClosed = false

  constructor(options: InspectorOptions) {
    this.#options = options
    this.address = options.address
  }

  get watchers(): number {
    return this.#api?.watchers ?? 0
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
    this.#isClosed = true
    for (const door of this.#doors) door.close()
    // What failed to load has been told of, and serves nobody.
    await this.#loading?.then(
      (api) => api.close(),
      () => undefined,
    )
    if (this.socketPath !== undefined) rmSync(this.socketPath, { force: true })
  }

  async #listenTcp(address: string, socketPath: InspectorOptions['socketPath']): Promise<number> {
    let access: Access = { canWrite: false, socketPath: undefined }
    const port = await this.#open(address, () => access)
    access = { canWrite: false, socketPath: socketPath?.(port) }
    return port
  }

  async #listenUnix(path: string): Promise<void> {
    await prepareSocket(path)
    await removeDeadSockets(dirname(path), this.#options.clock.wallMs())
    const access: Access = { canWrite: true, socketPath: path }
    await this.#open(`${UNIX}${path}`, () => access)
    chmodSync(path, 0o600)
    this.socketPath = path
  }

  /** `access` is asked for each connection, since the socket's path follows the port. */
  async #open(address: string, access: () => Access): Promise<number> {
    const door = new Door((socket) => void this.#welcome(socket, access()))
    this.#doors.push(door)
    try {
      return await door.listen(address)
    } catch (error) {
      throw cannotListen(address, error)
    }
  }

  async #welcome(socket: Socket, access: Access): Promise<void> {
    try {
      this.#loading ??= this.#load()
      const api = await this.#loading
      if (this.#isClosed) socket.destroy()
      else api.accept(socket, access)
    } catch (error) {
      socket.destroy()
      process.emitWarning(`the inspector cannot serve: ${String(error)}`) // the calls of others go on
    }
  }

  /** Most sidecars are asked nothing for most of their lives: what answers is loaded when somebody comes. */
  async #load(): Promise<ControlApi> {
    const { ControlApi } = await import('./control-api.ts')
    const { source, clock, maxWatchers = MOST_WATCHERS } = this.#options
    this.#api = new ControlApi({ source, clock, health: this.#health, maxWatchers })
    return this.#api
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
