import type { BusAddress, BusConnection } from '@spillway/bus'
import type { Clock, Timer } from '@spillway/clock'

/** How long after a failed attempt the next one begins, in milliseconds. */
const RETRY_MS = 500

/** Reasons that are told: more of them are no news. */
const MOST_REASONS = 8

/** The first attempts are ours, so that they can be given up; a login that is refused for a while does not end it for good. */
const OPTIONS = { waitOnFirstConnect: false, timeout: 5_000, ignoreAuthErrorAbort: true } as const

/** What becomes of the connection. */
export interface BusListener {
  /** The first connection is there. Once. */
  connected(connection: BusConnection): void
  /** It is back after an outage: what was published in between is lost. */
  reconnected(): void
  disconnected(): void
  /**
   * The first connection could not be made; tried again for as long as it takes. Each reason is told once: of several servers
   * one may be down while another turns us away.
   */
  failed(reason: string): void
}

/**
 * One connection to NATS in the background: tries until there is one, and then the client library keeps it. Nothing waits
 * for it, and nothing of NATS is loaded before it starts.
 */
export class BusSession {
  readonly #address: BusAddress
  readonly #listener: BusListener
  readonly #clock: Clock
  #connection: BusConnection | undefined
  #retry: Timer | undefined
  #isClosed = false
  readonly #toldReasons = new Set<string>()

  constructor(address: BusAddress, listener: BusListener, clock: Clock) {
    this.#address = address
    this.#listener = listener
    this.#clock = clock
  }

  /** Begins to connect. Never throws. */
  start(): void {
    void this.#connect()
  }

  /** Closes the connection, or gives up making one. What was published goes out if the server takes it at once. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#retry?.cancel()
    if (this.#connection !== undefined) await this.#leave(this.#connection)
  }

  async #connect(): Promise<void> {
    try {
      const { connectBus } = await import('@spillway/bus')
      if (this.#isClosed) return
      const connection = await connectBus({ ...this.#address, options: OPTIONS })
      if (this.#isClosed) await connection.close()
      else this.#adopt(connection)
    } catch (error) {
      this.#failed(error)
    }
  }

  #adopt(connection: BusConnection): void {
    this.#connection = connection
    void this.#watch(connection)
    this.#listener.connected(connection)
  }

  async #watch(connection: BusConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (this.#isClosed) return
      if (type === 'reconnect') this.#listener.reconnected()
      else if (type === 'disconnect') this.#listener.disconnected()
    }
  }

  #failed(error: unknown): void {
    if (this.#isClosed) return
    const reason = error instanceof Error ? error.message : String(error)
    if (!this.#toldReasons.has(reason) && this.#toldReasons.size < MOST_REASONS) {
      this.#toldReasons.add(reason)
      this.#listener.failed(reason)
    }
    this.#retry = this.#clock.schedule(RETRY_MS, () => this.start())
  }

  async #leave(connection: BusConnection): Promise<void> {
    const { promise: patience, resolve } = Promise.withResolvers<void>()
    const timer = this.#clock.schedule(RETRY_MS, resolve)
    await Promise.race([connection.flush().catch(() => undefined), patience])
    timer.cancel()
    await connection.close()
  }
}
