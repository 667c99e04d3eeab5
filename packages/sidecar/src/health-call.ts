import type { Socket } from 'node:net'
import { DEFAULT_HTTP2_LIMITS, field, fieldList, type StreamListener } from '@spillway/http2'
import { Transport, createRelayResources, type TransportOwner } from '@spillway/relay'

const REQUEST = fieldList([
  field(':method', 'POST'),
  field(':scheme', 'http'),
  field(':path', '/grpc.health.v1.Health/Check'),
  field(':authority', 'app'),
  field('te', 'trailers'),
  field('content-type', 'application/grpc'),
])
/** `HealthCheckRequest {}` with gRPC's prefix. */
const EMPTY_REQUEST = Buffer.alloc(5)
/** `HealthCheckResponse { status: SERVING }` with gRPC's prefix. */
const SERVING = Buffer.of(0, 0, 0, 0, 2, 0x08, 0x01)

/**
 * One check by `grpc.health.v1` on a fresh connection, which it closes. On our own HTTP/2: it is asked again and again in
 * the turn in which calls are waiting, and a session of node:http2 takes milliseconds to come and go.
 */
export class HealthCall implements TransportOwner, StreamListener {
  readonly #give: (isServing: boolean) => void
  readonly #transport: Transport
  #reply: Buffer = Buffer.alloc(0)
  #isAsked = false

  /** Tells once. Who does not know the service, breaks the rules or hangs up has taken the connection, and so serves. */
  constructor(socket: Socket, give: (isServing: boolean) => void) {
    this.#give = give
    this.#transport = new Transport(socket, 'client', DEFAULT_HTTP2_LIMITS, this, createRelayResources())
  }

  settled(): void {
    const { connection } = this.#transport
    if (this.#isAsked || !connection.canOpen) return
    this.#isAsked = true
    const stream = connection.open(this)
    stream.sendHeaders([REQUEST], false)
    stream.sendData(EMPTY_REQUEST, 0, EMPTY_REQUEST.length, true)
  }

  answered(_fields: unknown, _status: number, endsStream: boolean): void {
    if (endsStream) this.#end()
  }

  data(bytes: Buffer, start: number, end: number, endsStream: boolean): void {
    this.#reply = Buffer.concat([this.#reply, bytes.subarray(start, end)])
    if (endsStream || this.#reply.length > SERVING.length) this.#end()
  }

  trailers(): void {
    this.#end()
  }

  reset(): void {
    this.#end()
  }

  goneAway(): void {
    if (!this.#isAsked) this.#end()
  }

  finished(): void {
    this.#end()
  }

  closed(): void {
    this.#end()
  }

  #end(): void {
    this.#give(this.#reply.length === 0 || this.#reply.equals(SERVING))
    this.#transport.destroy()
  }

  // What a single call has no use for.

  opened(): void {
    return
  }

  ponged(): void {
    return
  }

  streamClosed(): void {
    return
  }

  drained(): void {
    return
  }

  ended(): void {
    return
  }
}
