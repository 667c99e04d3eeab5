import type { Socket } from 'node:net'
import type { Clock, Timer } from '@spillway/clock'
import { ErrorCode, type Http2Limits } from '@spillway/http2'
import { Transport, type TransportOwner, type TransportResources } from './transport.ts'

/** What an endpoint hears of its connection. */
export interface UpstreamConnectionOwner {
  /** It can take streams now, or takes a different number. */
  connectionReady(connection: UpstreamConnection): void
  /** A stream is gone: another may fit. */
  connectionFreed(): void
  /** It takes no new streams; those it has may end. A connection asks for fewer PINGs once at most. */
  connectionRetired(connection: UpstreamConnection, asksForFewerPings: boolean): void
  /** It is gone. Its streams are told right after. */
  connectionLost(connection: UpstreamConnection): void
}

/** When a silent connection is asked whether it is alive, and given up. */
export interface Keepalive {
  readonly idleMs: number
  readonly timeoutMs: number
}

/** One connection to an endpoint, from the first packet to the last. */
export class UpstreamConnection implements TransportOwner {
  readonly transport: Transport
  readonly #owner: UpstreamConnectionOwner
  readonly #clock: Clock
  readonly #keepalive: Keepalive
  #timer: Timer
  #seenBytes = 0
  #isReady = false
  #hasAskedForFewerPings = false

  constructor(
    socket: Socket,
    owner: UpstreamConnectionOwner,
    settings: { limits: Http2Limits; connectTimeoutMs: number; keepalive: Keepalive },
    resources: TransportResources & { clock: Clock },
  ) {
    this.#owner = owner
    this.#clock = resources.clock
    this.#keepalive = settings.keepalive
    this.transport = new Transport(socket, 'client', settings.limits, this, resources)
    this.#timer = resources.clock.schedule(settings.connectTimeoutMs, () => this.transport.destroy())
  }

  /** Never: servers open no streams. */
  opened(): void {
    return
  }

  settled(): void {
    if (!this.#isReady) {
      this.#isReady = true
      this.#listenForLife()
    }
    this.#owner.connectionReady(this)
  }

  streamClosed(): void {
    this.#owner.connectionFreed()
  }

  goneAway(code: number, reason: string): void {
    const isTooMany = code === ErrorCode.ENHANCE_YOUR_CALM && reason === 'too_many_pings'
    const asksForFewerPings = isTooMany && !this.#hasAskedForFewerPings
    this.#hasAskedForFewerPings ||= isTooMany
    this.#owner.connectionRetired(this, asksForFewerPings)
  }

  ponged(): void {
    return
  }

  finished(): void {
    this.#owner.connectionRetired(this, false)
    this.#timer.cancel()
    this.#timer = this.#clock.schedule(this.#keepalive.timeoutMs, () => this.transport.destroy())
    this.transport.end()
  }

  closed(): void {
    this.#timer.cancel()
    this.#owner.connectionLost(this)
  }

  /** After so long without a sign of life a PING goes out, but only for the sake of calls (gRFC A8) ... */
  #listenForLife(): void {
    this.#timer.cancel()
    this.#seenBytes = this.transport.connection.receivedBytes
    this.#timer = this.#clock.schedule(this.#keepalive.idleMs, () => {
      if (this.#hasHeard() || this.transport.connection.streams === 0) this.#listenForLife()
      else this.#askForLife()
    })
  }

  /** ... and when nothing at all comes, the other side is gone, whatever TCP thinks. */
  #askForLife(): void {
    this.transport.connection.ping()
    this.#timer = this.#clock.schedule(this.#keepalive.timeoutMs, () => {
      if (this.#hasHeard()) this.#listenForLife()
      else this.transport.destroy()
    })
  }

  #hasHeard(): boolean {
    return this.transport.connection.receivedBytes !== this.#seenBytes
  }
}
