import type { Socket } from 'node:net'
import { systemClock } from '@spillway/clock'
import { DEFAULT_HTTP2_LIMITS } from '@spillway/http2'
import { Transport, createRelayResources, type TransportOwner } from '@spillway/relay'
import { HEALTH_MESSAGE, HEALTH_REQUEST, HealthCheck, type HealthAnswer } from './health-check.ts'

/**
 * A connection for checks by `grpc.health.v1`, one at a time. On our own HTTP/2: the app is asked again and again in the turns in
 * which calls are waiting, and a session of node:http2 takes milliseconds to come and go.
 */
export class HealthSession implements TransportOwner {
  readonly #transport: Transport
  #check: HealthCheck | undefined
  #isAsked = false
  #isOver = false

  constructor(socket: Socket) {
    this.#transport = new Transport(socket, 'client', DEFAULT_HTTP2_LIMITS, this, createRelayResources())
  }

  /** Asks once. An app that is silent for so long has lost the connection. */
  check(timeoutMs: number): Promise<HealthAnswer> {
    const { promise, resolve } = Promise.withResolvers<HealthAnswer>()
    const timer = systemClock.schedule(timeoutMs, () => this.close())
    this.#isAsked = false
    this.#check = new HealthCheck((answer) => {
      timer.cancel()
      resolve(answer)
    })
    if (this.#isOver) this.#check.breakOff()
    else this.#ask()
    return promise
  }

  /** Ends it, and the check that is under way. */
  close(): void {
    this.#isOver = true
    this.#check?.breakOff()
    this.#transport.destroy()
  }

  settled(): void {
    this.#ask()
  }

  /** A check that is under way may still be answered. */
  goneAway(): void {
    this.#isOver = true
    if (!this.#isAsked) this.close()
  }

  finished(): void {
    this.close()
  }

  closed(): void {
    this.close()
  }

  #ask(): void {
    const { connection } = this.#transport
    if (this.#check === undefined || this.#isAsked || !connection.canOpen) return
    this.#isAsked = true
    const stream = connection.open(this.#check)
    stream.sendHeaders([HEALTH_REQUEST], false)
    stream.sendData(HEALTH_MESSAGE, 0, HEALTH_MESSAGE.length, true)
  }

  // What single calls of ours have no use for.

  opened(): void {
    return
  }

  ponged(): void {
    return
  }

  streamClosed(): void {
    return
  }
}
