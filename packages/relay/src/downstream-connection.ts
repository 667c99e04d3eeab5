import type { Socket } from 'node:net'
import { Status, type Peer } from '@spillway/call'
import { ErrorCode, field, fieldList, type Http2Stream, type RequestHead } from '@spillway/http2'
import { LifeSigns } from './life-signs.ts'
import { Likenesses } from './likeness.ts'
import type { ListenerConfig } from './listener-config.ts'
import { headFields, statusFields } from './own-answer.ts'
import { RequestTraits } from './request-traits.ts'
import { RelayedCall, type CallSurroundings } from './relayed-call.ts'
import type { RelayResources } from './resources.ts'
import { Transport, type TransportOwner } from './transport.ts'

const UNSUPPORTED_MEDIA_TYPE = [fieldList([field(':status', '415')])]

/** Of calls only: streams that were refused have none. */
const showDeadline = ({ listener }: Http2Stream): void => {
  if (listener instanceof RelayedCall) listener.showDeadline()
}

/** How long a peer may take to read the last octets of a connection. */
const LINGER_MS = 2_000

/** One accepted connection and the calls on it. */
export class DownstreamConnection implements TransportOwner {
  readonly transport: Transport
  readonly #config: ListenerConfig
  readonly #peer: Peer
  readonly #around: CallSurroundings
  readonly #closed: (connection: DownstreamConnection) => void
  readonly #bornMs: number
  readonly #maxAgeMs: number
  readonly #lifeSigns: LifeSigns
  readonly #likenesses = new Likenesses()
  #drainingSinceMs = Number.NaN
  #midwaySinceMs = Number.NaN
  #finishedSinceMs = Number.NaN

  constructor(
    socket: Socket,
    peer: Peer,
    maxAgeMs: number,
    shared: {
      config: ListenerConfig
      around: CallSurroundings
      resources: RelayResources
      closed: (connection: DownstreamConnection) => void
    },
  ) {
    this.#config = shared.config
    this.#peer = peer
    this.#around = shared.around
    this.#closed = shared.closed
    this.#bornMs = shared.resources.clock.nowMs()
    this.#maxAgeMs = maxAgeMs
    const { keepaliveIdleMs, keepaliveTimeoutMs } = shared.config
    this.#lifeSigns = new LifeSigns(keepaliveIdleMs, keepaliveTimeoutMs, this.#bornMs)
    this.transport = new Transport(socket, 'server', shared.config.limits, this, shared.resources)
  }

  opened(stream: Http2Stream, head: RequestHead, endsStream: boolean): void {
    const traits = RequestTraits.of(head, this.#likenesses)
    if (traits.fault !== undefined) {
      this.#refuse(stream, traits)
      return
    }
    const call = new RelayedCall(stream, head, traits, this.#peer, this.#around)
    stream.listener = call
    call.arrived(endsStream)
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
    this.#finishedSinceMs = this.#around.clock.nowMs()
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
    connection.forEachStream(showDeadline)
    const isGreeting = !connection.isSettled
    if (nowMs - this.#finishedSinceMs > LINGER_MS) this.transport.destroy()
    else if (isGreeting && nowMs - this.#bornMs > this.#config.prefaceTimeoutMs) this.transport.destroy()
    else if (connection.streams > 0 && this.#isDead(nowMs)) this.transport.destroy()
    else if (this.#isStalled(nowMs)) connection.close(ErrorCode.ENHANCE_YOUR_CALM, 'frame not completed in time')
    else if (!Number.isNaN(this.#drainingSinceMs)) this.#hurry(nowMs)
    else if (nowMs - this.#bornMs > this.#maxAgeMs) this.drain(nowMs)
  }

  #isDead(nowMs: number): boolean {
    const { connection } = this.transport
    const verdict = this.#lifeSigns.judge(connection.receivedBytes, nowMs)
    if (verdict === 'ask') connection.ping()
    return verdict === 'dead'
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

  /** Turns away what no handler has to see. */
  #refuse(stream: Http2Stream, traits: RequestTraits): void {
    if (traits.fault === 'not_a_call') stream.reset(ErrorCode.PROTOCOL_ERROR)
    else if (traits.fault === 'not_grpc') stream.sendHeaders(UNSUPPORTED_MEDIA_TYPE, true)
    else {
      const status = statusFields(Status.INTERNAL, 'malformed grpc-timeout', this.#config.origin, [])
      stream.sendHeaders([fieldList([...headFields(traits.likeness.contentType, []), ...status])], true)
    }
  }
}
