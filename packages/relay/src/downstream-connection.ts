import type { Socket } from 'node:net'
import { MetadataName, Status, parseTimeoutMs, type Peer } from '@spillway/call'
import { ErrorCode, field, fieldList, type Http2Stream, type RequestHead } from '@spillway/http2'
import type { CallHandler } from './exchange.ts'
import { isCall, isGrpcContent } from './grpc-rules.ts'
import type { ListenerConfig } from './listener-config.ts'
import { headFields, statusFields } from './own-answer.ts'
import { RelayedCall, type CallSurroundings } from './relayed-call.ts'
import type { RelayResources } from './resources.ts'
import { Transport, type TransportOwner } from './transport.ts'

const UNSUPPORTED_MEDIA_TYPE = [fieldList([field(':status', '415')])]

/** One accepted connection and the calls on it. */
export class DownstreamConnection implements TransportOwner {
  readonly transport: Transport
  readonly #config: ListenerConfig
  readonly #handler: CallHandler
  readonly #peer: Peer
  readonly #around: CallSurroundings
  readonly #closed: (connection: DownstreamConnection) => void
  readonly #bornMs: number
  readonly #maxAgeMs: number
  #drainingSinceMs = Number.NaN
  #midwaySinceMs = Number.NaN

  constructor(
    socket: Socket,
    peer: Peer,
    maxAgeMs: number,
    shared: {
      config: ListenerConfig
      handler: CallHandler
      around: CallSurroundings
      resources: RelayResources
      closed: (connection: DownstreamConnection) => void
    },
  ) {
    this.#config = shared.config
    this.#handler = shared.handler
    this.#peer = peer
    this.#around = shared.around
    this.#closed = shared.closed
    this.#bornMs = shared.resources.clock.nowMs()
    this.#maxAgeMs = maxAgeMs
    this.transport = new Transport(socket, 'server', shared.config.limits, this, shared.resources)
  }

  opened(stream: Http2Stream, head: RequestHead, endsStream: boolean): void {
    if (!isCall(head)) {
      stream.reset(ErrorCode.PROTOCOL_ERROR)
      return
    }
    if (!isGrpcContent(head.fields.get('content-type'))) {
      stream.sendHeaders(UNSUPPORTED_MEDIA_TYPE, true)
      return
    }
    const timeout = head.fields.get(MetadataName.timeout)
    const allowedMs = timeout === undefined ? Number.POSITIVE_INFINITY : parseTimeoutMs(timeout)
    if (allowedMs === undefined) {
      this.#refuseTimeout(stream, head)
      return
    }
    const call = new RelayedCall(stream, head, this.#peer, allowedMs, this.#around)
    stream.listener = call
    call.start(this.#handler, endsStream)
  }

  settled(): void {
    return
  }

  streamClosed(): void {
    return
  }

  goneAway(): void {
    return
  }

  ponged(): void {
    return
  }

  finished(): void {
    this.transport.end()
  }

  closed(): void {
    this.#closed(this)
  }

  /** Winds the connection up; what is left after the grace is cut. */
  drain(nowMs: number): void {
    if (!Number.isNaN(this.#drainingSinceMs)) return
    this.#drainingSinceMs = nowMs
    this.transport.connection.drain()
  }

  /** Looks at the time: ages, and gives up peers that stall. To be called every now and then. */
  inspect(nowMs: number): void {
    const { connection } = this.transport
    const isGreeting = !connection.isSettled
    if (isGreeting && nowMs - this.#bornMs > this.#config.prefaceTimeoutMs) this.transport.destroy()
    else if (this.#isStalled(nowMs)) connection.close(ErrorCode.ENHANCE_YOUR_CALM, 'frame not completed in time')
    else if (!Number.isNaN(this.#drainingSinceMs)) this.#hurry(nowMs)
    else if (nowMs - this.#bornMs > this.#maxAgeMs) this.drain(nowMs)
  }

  #isStalled(nowMs: number): boolean {
    if (!this.transport.connection.isMidway) this.#midwaySinceMs = Number.NaN
    else if (Number.isNaN(this.#midwaySinceMs)) this.#midwaySinceMs = nowMs
    return nowMs - this.#midwaySinceMs > this.#config.headerTimeoutMs
  }

  #hurry(nowMs: number): void {
    const drainingMs = nowMs - this.#drainingSinceMs
    if (drainingMs > this.#config.maxAgeGraceMs) this.transport.destroy()
    else if (drainingMs > this.#config.headerTimeoutMs) this.transport.connection.drainFinally()
  }

  #refuseTimeout(stream: Http2Stream, head: RequestHead): void {
    const contentType = head.fields.get('content-type') ?? 'application/grpc'
    const status = statusFields(Status.INTERNAL, 'malformed grpc-timeout', this.#config.origin, [])
    stream.sendHeaders([fieldList([...headFields(contentType, []), ...status])], true)
  }
}
