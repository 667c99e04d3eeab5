import type { Clock } from '@spillway/clock'
import type { Arrival } from './arrivals.ts'
import type { DemoClass } from './demo-class.ts'
import type { Fate, FinishedCall } from './finished-call.ts'

/** Learns what became of a call, and which fallback rule answered it (empty for none). */
export type Settled = (fate: Fate, rule: string) => void

/** Sends one call that must be over after `timeoutMs`, and says once, later, how it ended. */
export type Send = (name: DemoClass, timeoutMs: number, settled: Settled) => void

/** Limits of the load. */
export interface OpenLoopLimits {
  /** What callers wait for an answer, from the time at which the call was due. */
  readonly deadlineMs: number
  /** Calls sent and not over. At the bound calls are counted as `unsent` instead of sent. */
  readonly outstanding: number
}

/** Who learns what the load does. */
export interface OpenLoopListener {
  finished(call: FinishedCall): void
  /** Every call was sent, or {@link OpenLoop.stop} was called, and every call sent is over. Once. */
  idle(): void
}

/**
 * Sends calls when they are due, whatever became of those before: callers in the real world do not wait for each other.
 * Falling behind shows as latency, because time counts from when a call was due.
 */
export class OpenLoop {
  readonly #clock: Clock
  readonly #arrivals: Iterator<Arrival, void>
  readonly #limits: OpenLoopLimits
  readonly #send: Send
  readonly #listener: OpenLoopListener
  readonly #startMs: number
  #next: Arrival | undefined
  #outstanding = 0

  /** Starts at once. */
  constructor(
    clock: Clock,
    arrivals: Iterator<Arrival, void>,
    limits: OpenLoopLimits,
    send: Send,
    listener: OpenLoopListener,
  ) {
    this.#clock = clock
    this.#arrivals = arrivals
    this.#limits = limits
    this.#send = send
    this.#listener = listener
    this.#startMs = clock.nowMs()
    this.#next = this.#take()
    this.#wait()
  }

  /** Sends nothing more. What is outstanding is still waited for. */
  stop(): void {
    if (this.#next === undefined) return
    this.#next = undefined
    this.#checkIdle()
  }

  #take(): Arrival | undefined {
    const { value } = this.#arrivals.next()
    return value === undefined ? undefined : value
  }

  #elapsedMs(): number {
    return this.#clock.nowMs() - this.#startMs
  }

  #wait(): void {
    if (this.#next === undefined) this.#checkIdle()
    else this.#clock.schedule(this.#next.dueMs - this.#elapsedMs(), () => this.#sendDue())
  }

  #sendDue(): void {
    if (this.#next === undefined) return
    while (this.#next !== undefined && this.#next.dueMs <= this.#elapsedMs()) {
      this.#start(this.#next)
      this.#next = this.#take()
    }
    this.#wait()
  }

  #start(arrival: Arrival): void {
    if (this.#outstanding >= this.#limits.outstanding) return this.#report(arrival, 'unsent', '')
    this.#outstanding++
    const timeoutMs = Math.max(1, this.#limits.deadlineMs - (this.#elapsedMs() - arrival.dueMs))
    this.#send(arrival.name, timeoutMs, (fate, rule) => {
      this.#outstanding--
      this.#report(arrival, fate, rule)
      this.#checkIdle()
    })
  }

  #report({ name, dueMs }: Arrival, fate: Fate, rule: string): void {
    const latencyMs = this.#elapsedMs() - dueMs
    const isLate = (fate === 'ok' || fate === 'degraded') && latencyMs > this.#limits.deadlineMs
    this.#listener.finished({ name, dueMs, latencyMs, fate: isLate ? 'deadline' : fate, rule })
  }

  #checkIdle(): void {
    if (this.#next === undefined && this.#outstanding === 0) this.#listener.idle()
  }
}
