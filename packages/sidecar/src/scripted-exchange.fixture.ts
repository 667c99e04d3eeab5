import { NO_DEADLINE, Status, parseTimeoutMs, type Peer } from '@spillway/call'
import type { Clock } from '@spillway/clock'
import { field, fieldList, type FieldList } from '@spillway/http2'
import type {
  Answer,
  AnswerReader,
  CallHandler,
  Exchange,
  ExchangeEnd,
  ExchangeObserver,
  FirstMessage,
  Forwarding,
  Upstream,
} from '@spillway/relay'

/** For tests: what the relay would know of one call. */
export interface ScriptedCall {
  readonly path: string
  readonly peer: Peer
  readonly metadata: Readonly<Record<string, string>>
  /** Undefined: it comes later, or never. */
  readonly first: FirstMessage | undefined
}

/** For tests: what all calls find when they are forwarded. */
export interface ScriptedUpstream {
  isReachable: boolean
}

const END: ExchangeEnd = {
  status: Status.OK,
  isFromSidecar: false,
  hasPushback: false,
  isCancelledByCaller: false,
  heldMs: 1,
  allowedMs: Number.POSITIVE_INFINITY,
  isForwarded: false,
  isOwn: false,
  isRequestComplete: true,
  requestBytes: 0,
  responseBytes: 0,
}

/** For tests: one call as the relay carries it, whose upstream and caller do what the test says. */
export class ScriptedExchange implements Exchange {
  readonly path: string
  readonly authority = 'localhost'
  readonly metadata: FieldList
  readonly peer: Peer
  readonly arrivedMs: number
  readonly allowedMs: number
  readonly heldBytes = 100
  readonly likeness = { note: undefined }
  readonly ends: ExchangeEnd[] = []
  /** How it was forwarded last; undefined while it was not, or in vain. */
  forwarding: Forwarding | undefined
  #phase: 'undecided' | 'forwarded' | 'ended' = 'undecided'
  #observer: ExchangeObserver | undefined
  #isUnreachableUntold = false
  #first: FirstMessage | undefined
  #receive: ((first: FirstMessage) => void) | undefined
  readonly #upstream: ScriptedUpstream

  constructor(call: ScriptedCall, upstream: ScriptedUpstream, clock: Clock) {
    this.path = call.path
    this.peer = call.peer
    this.metadata = fieldList(Object.entries(call.metadata).map(([name, value]) => field(name, value)))
    this.arrivedMs = clock.nowMs()
    this.allowedMs = parseTimeoutMs(call.metadata['grpc-timeout'] ?? '') ?? NO_DEADLINE
    this.#first = call.first
    this.#upstream = upstream
  }

  get isForwarded(): boolean {
    return this.#phase === 'forwarded'
  }

  get isOver(): boolean {
    return this.#phase === 'ended'
  }

  start(handler: CallHandler): void {
    const observer = handler.opened(this)
    this.#observer = observer
    const [end] = this.ends
    if (end !== undefined) observer.ended(end)
    else if (this.#isUnreachableUntold) observer.unreachable()
  }

  /** The first message comes now. */
  firstCame(first: FirstMessage): void {
    this.#first ??= first
    this.#handOver()
  }

  /** The upstream answers with a message, which may be nothing, and a status. */
  complete(status: Status, message: Uint8Array | undefined): void {
    const reader = this.#reader()
    if (message !== undefined) reader?.message(message)
    reader?.complete(fieldList([field('grpc-status', String(status))]))
    this.#end({ ...END, status, isForwarded: true })
  }

  /** The upstream breaks off behind a message. */
  breakOff(message: Uint8Array | undefined): void {
    if (message !== undefined) this.#reader()?.message(message)
    this.#end({ ...END, status: Status.UNAVAILABLE, isForwarded: true, isOwn: true })
  }

  /** The deadline passes first. */
  expire(isRequestComplete: boolean): void {
    this.#end({ ...END, status: Status.DEADLINE_EXCEEDED, isForwarded: true, isOwn: true, isRequestComplete })
  }

  /** The caller goes away. */
  cancel(): void {
    const { isForwarded } = this
    this.#end({ ...END, status: Status.CANCELLED, isCancelledByCaller: true, isForwarded })
  }

  readFirstMessage(_maxBytes: number, _deadlineMs: number, receive: (first: FirstMessage) => void): void {
    this.#receive = receive
    this.#handOver()
  }

  forward(_upstream: Upstream, forwarding: Forwarding): void {
    if (this.#phase !== 'undecided') return
    if (this.#upstream.isReachable) {
      this.#phase = 'forwarded'
      this.forwarding = forwarding
    } else if (this.#observer === undefined) this.#isUnreachableUntold = true
    else this.#observer.unreachable()
  }

  answer({ status }: Answer): void {
    if (this.#phase === 'undecided') this.#end({ ...END, status, isOwn: true })
  }

  #reader(): AnswerReader | undefined {
    return this.forwarding?.answerReader
  }

  #handOver(): void {
    const receive = this.#receive
    if (this.#first === undefined || this.#phase !== 'undecided') return
    this.#receive = undefined
    receive?.(this.#first)
  }

  #end(end: ExchangeEnd): void {
    if (this.#phase === 'ended') return
    this.#phase = 'ended'
    this.ends.push(end)
    this.#observer?.ended(end)
  }
}
