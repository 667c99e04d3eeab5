import type { Socket } from 'node:net'
import { jitter, type Timer } from '@spillway/clock'
import type { RelayResources } from './resources.ts'
import type { UpstreamConfig, EndpointSnapshot } from './upstream-config.ts'
import { UpstreamConnection, type UpstreamConnectionOwner } from './upstream-connection.ts'
import type { EndpointConfig, StreamSeeker } from './upstream.ts'

/** Makes the socket for an address: the place where TLS comes in. */
export type Dial = (address: string) => Socket

/** Growth and spread of the wait between two attempts to connect (as gRPC's connection backoff has them). */
const BACKOFF_FACTOR = 1.6
const BACKOFF_SPREAD = 0.2

/** However often servers ask for fewer PINGs, a dead connection with calls is found in this time. */
const LONGEST_KEEPALIVE_MS = 3_600_000

type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting'; readonly connection: UpstreamConnection }
  | { readonly kind: 'ready'; readonly connection: UpstreamConnection }
  | { readonly kind: 'backoff'; readonly timer: Timer }
  | { readonly kind: 'closed' }

/**
 * One address and its connection: `idle` until wanted, `connecting`, `ready`; after a failure in `backoff`, during which it
 * counts as unreachable. A connection that is going away keeps its streams beside the next one.
 */
export class Endpoint implements UpstreamConnectionOwner {
  readonly address: string
  readonly priority: number
  readonly #config: UpstreamConfig
  readonly #dial: Dial
  readonly #resources: RelayResources
  readonly #changed: () => void
  readonly #retiring = new Set<UpstreamConnection>()
  #state: State = { kind: 'idle' }
  #failures = 0
  /** The connection in use has had a stream. */
  #hasCarried = false
  #keepaliveIdleMs: number
  #counts = { opened: 0, connects: 0, failed: 0, receivedBytes: 0, sentBytes: 0 }

  /** `changed` is called when a seeker that had to wait may fare better or worse than before. */
  constructor(
    endpoint: EndpointConfig,
    config: UpstreamConfig,
    dial: Dial,
    resources: RelayResources,
    changed: () => void,
  ) {
    this.address = endpoint.address
    this.priority = endpoint.priority
    this.#config = config
    this.#dial = dial
    this.#resources = resources
    this.#changed = changed
    this.#keepaliveIdleMs = config.keepaliveIdleMs
  }

  /** Streams on the connection that takes new ones. */
  get load(): number {
    return this.#state.kind === 'ready' ? this.#state.connection.transport.connection.streams : 0
  }

  /** `free` takes a stream now, `soon` may do so later, `down` is not to be waited for. */
  get condition(): 'free' | 'soon' | 'down' {
    switch (this.#state.kind) {
      case 'ready':
        return this.#state.connection.transport.connection.canOpen ? 'free' : 'soon'
      case 'idle':
      case 'connecting':
        return 'soon'
      default:
        return 'down'
    }
  }

  /** Starts to connect if nobody has. */
  connect(): void {
    if (this.#state.kind !== 'idle') return
    const { limits, connectTimeoutMs, keepaliveTimeoutMs } = this.#config
    const keepalive = { idleMs: this.#keepaliveIdleMs, timeoutMs: keepaliveTimeoutMs }
    const socket = this.#dial(this.address)
    const settings = { limits, connectTimeoutMs, keepalive }
    const connection = new UpstreamConnection(socket, this, settings, this.#resources)
    this.#state = { kind: 'connecting', connection }
  }

  /** Opens a stream for the seeker; only when `free`. */
  open(seeker: StreamSeeker): void {
    if (this.#state.kind !== 'ready') return
    this.#counts.opened++
    this.#hasCarried = true
    this.#failures = 0
    const { connection: current } = this.#state
    const { connection } = current.transport
    seeker.found(connection.open(seeker), this.address)
    if (connection.isUsedUp) this.#replace(current)
  }

  close(): void {
    const state = this.#state
    this.#state = { kind: 'closed' }
    if (state.kind === 'backoff') state.timer.cancel()
    if (state.kind === 'connecting' || state.kind === 'ready') state.connection.transport.destroy()
    for (const connection of this.#retiring) connection.transport.destroy()
  }

  snapshot(): EndpointSnapshot {
    let streams = 0
    let { receivedBytes, sentBytes } = this.#counts
    const current = this.#state.kind === 'ready' ? [this.#state.connection] : []
    for (const { transport } of [...current, ...this.#retiring]) {
      streams += transport.connection.streams
      receivedBytes += transport.connection.receivedBytes
      sentBytes += transport.connection.output.takenBytes
    }
    const { opened: openedStreams, connects, failed: failedConnects } = this.#counts
    const { address, priority } = this
    const state = this.#state.kind
    return { address, priority, state, streams, openedStreams, connects, failedConnects, receivedBytes, sentBytes }
  }

  connectionReady(connection: UpstreamConnection): void {
    if (this.#state.kind === 'connecting' && this.#state.connection === connection) {
      this.#state = { kind: 'ready', connection }
      this.#counts.connects++
      this.#hasCarried = false
    }
    this.#changed()
  }

  connectionFreed(): void {
    this.#changed()
  }

  connectionRetired(connection: UpstreamConnection, asksForFewerPings: boolean): void {
    if (asksForFewerPings) this.#keepaliveIdleMs = Math.min(2 * this.#keepaliveIdleMs, LONGEST_KEEPALIVE_MS)
    if (this.#state.kind !== 'ready' || this.#state.connection !== connection) return
    this.#retiring.add(connection)
    this.#afterUse()
  }

  connectionLost(connection: UpstreamConnection): void {
    const ended = connection.transport.connection
    this.#counts.receivedBytes += ended.receivedBytes
    this.#counts.sentBytes += ended.output.takenBytes
    if (this.#retiring.delete(connection)) return
    if (this.#state.kind === 'connecting') this.#backOff()
    else if (this.#state.kind === 'ready') this.#afterUse()
  }

  /** The connection ends with its last stream; another one takes those to come. */
  #replace(connection: UpstreamConnection): void {
    connection.transport.connection.drainFinally()
    this.connectionRetired(connection, false)
  }

  /** Whoever greets and hangs up before anything could be sent has not served: that is a failure to connect. */
  #afterUse(): void {
    if (this.#hasCarried) this.#becomeIdle()
    else this.#backOff()
  }

  #becomeIdle(): void {
    this.#state = { kind: 'idle' }
    if (this.#config.isEager) this.connect()
    this.#changed()
  }

  #backOff(): void {
    this.#counts.failed++
    const growth = BACKOFF_FACTOR ** this.#failures++
    const waitMs = jitter(
      Math.min(this.#config.backoffMs * growth, this.#config.maxBackoffMs),
      BACKOFF_SPREAD,
      this.#resources.random,
    )
    const timer = this.#resources.clock.schedule(waitMs, () => this.#becomeIdle())
    this.#state = { kind: 'backoff', timer }
    this.#changed()
  }
}
