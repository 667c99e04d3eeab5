import { className, matchesGlob, statusName } from '@spillway/call'
import type { Clock, Random } from '@spillway/clock'
import type { CallEnded } from './event.ts'
import { decisionLabel } from './labels.ts'
import { tenantHash } from './tenant-hash.ts'
import type { TapEvent, TapFilter, TapSubscription } from './tap-view.ts'

/** Events that a subscriber's buffer holds. */
const MOST_HELD = 256
const DEFAULT_PER_SECOND = 100

/** Shows calls as they end to whoever subscribed. Without subscribers it costs one comparison. */
export class Tap {
  readonly #clock: Clock
  readonly #random: Random
  readonly #subscribers = new Set<Subscriber>()

  constructor(clock: Clock, random: Random) {
    this.#clock = clock
    this.#random = random
  }

  /** Subscribers now. */
  get size(): number {
    return this.#subscribers.size
  }

  /** Starts a subscription; `notify` is called when there is something to take, from inside the emit: keep it short. */
  subscribe(filter: TapFilter, notify: () => void): TapSubscription {
    const subscriber = new Subscriber(filter, notify, () => this.#subscribers.delete(subscriber))
    this.#subscribers.add(subscriber)
    return subscriber
  }

  /** Shows a call to every subscriber that asked for such. */
  record(call: CallEnded): void {
    if (this.#subscribers.size === 0) return
    let event: TapEvent | undefined
    for (const subscriber of this.#subscribers) {
      if (!subscriber.wants(call, this.#random)) continue
      event ??= tapEvent(call, this.#clock.wallMs())
      subscriber.push(event, call.endedMs)
    }
  }
}

class Subscriber implements TapSubscription {
  readonly #filter: TapFilter
  readonly #notify: () => void
  readonly #unsubscribe: () => void
  #held: TapEvent[] = []
  #dropped = 0
  #second = -1
  #inSecond = 0

  constructor(filter: TapFilter, notify: () => void, unsubscribe: () => void) {
    this.#filter = filter
    this.#notify = notify
    this.#unsubscribe = unsubscribe
  }

  take(): TapEvent | undefined {
    return this.#held.shift()
  }

  takeDropped(): number {
    const dropped = this.#dropped
    this.#dropped = 0
    return dropped
  }

  close(): void {
    this.#unsubscribe()
    this.#held = []
  }

  wants(call: CallEnded, random: Random): boolean {
    const { method, classes = [], decisions = [], minTotalMs = 0, sample = 1 } = this.#filter
    if (call.totalMs < minTotalMs) return false
    if (classes.length > 0 && !classes.includes(className(call.rank))) return false
    if (decisions.length > 0 && !decisions.includes(decisionLabel(call.decision))) return false
    if (method !== undefined && !matchesGlob(method, call.path)) return false
    return sample >= 1 || random.next() < sample
  }

  push(event: TapEvent, nowMs: number): void {
    if (!this.#isWithinRate(nowMs)) {
      this.#dropped++
      return
    }
    if (this.#held.length >= MOST_HELD) {
      this.#held.shift()
      this.#dropped++
    }
    this.#held.push(event)
    this.#notify()
  }

  #isWithinRate(nowMs: number): boolean {
    const second = Math.floor(nowMs / 1_000)
    if (second !== this.#second) {
      this.#second = second
      this.#inSecond = 0
    }
    return ++this.#inSecond <= (this.#filter.maxPerSecond ?? DEFAULT_PER_SECOND)
  }
}

function tapEvent(call: CallEnded, atMs: number): TapEvent {
  return {
    atMs,
    direction: call.direction,
    path: call.path,
    class: className(call.rank),
    tenantHash: tenantHash(call.tenant),
    peer: call.peer.id,
    upstream: call.upstream,
    decision: decisionLabel(call.decision),
    rule: call.decision.kind === 'answered' ? call.decision.rule : '',
    status: statusName(call.status),
    isOwnStatus: call.isOwnStatus,
    outcome: call.outcome,
    totalMs: call.totalMs,
    queuedMs: call.queuedMs,
    upstreamMs: call.upstreamMs,
  }
}
