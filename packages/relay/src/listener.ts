import { createServer, type Server, type Socket } from 'node:net'
import type { Peer } from '@spillway/call'
import { jitter, type Timer } from '@spillway/clock'
import { isLoopback, parseAddress } from './address.ts'
import { SHOW_MS, DeadlineWheel } from './deadline-wheel.ts'
import { DownstreamConnection } from './downstream-connection.ts'
import type { CallHandler } from './exchange.ts'
import { DEFAULT_LISTENER_CONFIG, type ListenerConfig, type ListenerSnapshot } from './listener-config.ts'
import type { CallSurroundings } from './relayed-call.ts'
import { removeDeadSocket } from './dead-socket.ts'
import { createRelayResources, type RelayResources } from './resources.ts'

/** How often connections are looked at for age, stalls and deadlines that come near. */
const INSPECTION_MS = SHOW_MS
/** Ages differ by so much either way, so that clients do not all come back at once. */
const AGE_SPREAD = 0.1

/** Accepts connections at one address and gives their calls to one handler. */
export class Listener {
  readonly #config: ListenerConfig
  readonly #resources: RelayResources
  readonly #around: CallSurroundings
  readonly #server: Server
  readonly #connections = new Set<DownstreamConnection>()
  #inspection: Timer | undefined
  #isUnix = false
  #isDraining = false
  #allClosed: (() => void) | undefined
  #counts = { accepted: 0, refused: 0, streams: 0, receivedBytes: 0, sentBytes: 0 }

  constructor(
    config: Partial<ListenerConfig> & Pick<ListenerConfig, 'address'>,
    handler: CallHandler,
    resources: RelayResources = createRelayResources(),
  ) {
    this.#config = { ...DEFAULT_LISTENER_CONFIG, ...config }
    this.#resources = resources
    this.#around = {
      handler,
      turn: resources.turn,
      clock: resources.clock,
      wheel: new DeadlineWheel(resources.clock),
      origin: this.#config.origin,
      maxCallMs: this.#config.maxCallMs,
      firstMessageTimeoutMs: this.#config.firstMessageTimeoutMs,
      maxReplayBytes: this.#config.limits.streamWindowBytes,
    }
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket))
    this.#server.maxConnections = this.#config.maxConnections
    this.#server.on('drop', () => this.#counts.refused++)
    this.#server.on('error', ignoreAcceptError)
  }

  /** A drain has begun. Calls still reach the handler, which is to refuse them. */
  get isDraining(): boolean {
    return this.#isDraining
  }

  /**
   * Binds. Resolves with the address as bound (`host:port`, `unix:/path`); rejects with the system's error. A socket file
   * that a dead process left behind is replaced.
   */
  async listen(): Promise<string> {
    const address = parseAddress(this.#config.address)
    this.#isUnix = 'path' in address
    if ('path' in address) await removeDeadSocket(address.path)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#server.once('error', reject)
    this.#server.listen(address, resolve)
    await promise
    this.#server.off('error', reject)
    const bound = this.#server.address()
    if (bound === null || typeof bound === 'string') return this.#config.address
    return bound.family === 'IPv6' ? `[${bound.address}]:${bound.port}` : `${bound.address}:${bound.port}`
  }

  /**
   * Takes no more connections and winds up those there are: GOAWAY, the calls that run, then the close. Resolves when all
   * are gone, after `graceMs` at the latest; what is left then is cut.
   */
  async drain(graceMs: number): Promise<void> {
    this.#isDraining = true
    this.#server.close()
    const nowMs = this.#resources.clock.nowMs()
    for (const connection of this.#connections) connection.drain(nowMs)
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#allClosed = resolve
    if (this.#connections.size === 0) resolve()
    const timer = this.#resources.clock.schedule(graceMs, resolve)
    await promise
    timer.cancel()
    this.close()
  }

  /** Cuts everything at once. */
  close(): void {
    this.#isDraining = true
    this.#server.close()
    this.#inspection?.cancel()
    for (const connection of this.#connections) connection.transport.destroy()
  }

  snapshot(): ListenerSnapshot {
    let streams = 0
    let acceptedStreams = this.#counts.streams
    let { receivedBytes, sentBytes } = this.#counts
    for (const { transport } of this.#connections) {
      streams += transport.connection.streams
      acceptedStreams += transport.connection.openedStreams
      receivedBytes += transport.connection.receivedBytes
      sentBytes += transport.connection.output.takenBytes
    }
    return {
      connections: this.#connections.size,
      streams,
      deadlines: this.#around.wheel.size,
      acceptedConnections: this.#counts.accepted,
      refusedConnections: this.#counts.refused,
      acceptedStreams,
      receivedBytes,
      sentBytes,
      isDraining: this.#isDraining,
    }
  }

  #accept(socket: Socket): void {
    const peer = this.#peerOf(socket)
    if (peer === undefined) {
      socket.on('error', ignoreAcceptError).destroy()
      return
    }
    const { random } = this.#resources
    const connection = new DownstreamConnection(socket, peer, jitter(this.#config.maxAgeMs, AGE_SPREAD, random), {
      config: this.#config,
      around: this.#around,
      resources: this.#resources,
      closed: this.#connectionClosed,
    })
    this.#counts.accepted++
    this.#connections.add(connection)
    if (this.#inspection === undefined) this.#scheduleInspection()
  }

  readonly #connectionClosed = (connection: DownstreamConnection): void => {
    const { connection: ended } = connection.transport
    this.#connections.delete(connection)
    this.#counts.streams += ended.openedStreams
    this.#counts.receivedBytes += ended.receivedBytes
    this.#counts.sentBytes += ended.output.takenBytes
    if (this.#connections.size === 0) this.#allClosed?.()
  }

  /** Undefined when the peer has reset its connection before it was accepted: then nobody knows any more who it was. */
  #peerOf(socket: Socket): Peer | undefined {
    const address = this.#isUnix ? 'unix' : socket.remoteAddress
    if (address === undefined) return undefined
    const isLocal = this.#isUnix || isLoopback(address)
    return { kind: isLocal && this.#config.trustsLoopback ? 'app' : 'anonymous', id: address }
  }

  #scheduleInspection(): void {
    this.#inspection = this.#resources.clock.schedule(INSPECTION_MS, () => {
      this.#inspection = undefined
      const nowMs = this.#resources.clock.nowMs()
      for (const connection of this.#connections) connection.inspect(nowMs)
      if (this.#connections.size > 0) this.#scheduleInspection()
    })
  }
}

/** A connection that could not be accepted (out of descriptors, gone already) concerns nobody else. */
function ignoreAcceptError(): void {
  return
}
