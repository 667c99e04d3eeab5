import { CALLER_CLASSES, perClass, type Call, type Refusal, type Wake } from '@spillway/call'
import type { Clock, Timer } from '@spillway/clock'
import { TIERS } from './class-draws.ts'

/** Calls of one class that wait for units of one budget at once; more are refused. */
export const MOST_ASKING = 128

/** Timers ring a little early when sums of fractions are rounded, in milliseconds. */
const ROUNDING_MS = 0.01

/** What a line needs of the budget that its calls wait for. */
export interface AskedBudget {
  /** Takes what a call costs that has waited: true when it was there. */
  takeAfterWait(call: Call): boolean
  /** A call has waited in vain. */
  refuseAfterWait(call: Call): Refusal
}

interface Asking {
  readonly call: Call
  readonly wake: Wake
  readonly cost: number
  readonly untilMs: number
}

/**
 * Calls that wait for units which their sidecar has asked for: the most important class first, then first come. Nobody is
 * overtaken, so that a large call gets what comes before the small ones behind it. Each waits for a bounded time.
 */
export class AskLine {
  /** Units that are waited for, by tier. */
  readonly asks: number[] = CALLER_CLASSES.map(() => 0)
  readonly #budget: AskedBudget
  readonly #clock: Clock
  readonly #classes = perClass(() => new Map<Call, Asking>())
  #size = 0
  #timer: Timer | undefined
  #ringsMs = Number.POSITIVE_INFINITY

  constructor(budget: AskedBudget, clock: Clock) {
    this.#budget = budget
    this.#clock = clock
  }

  /** Calls that wait now. */
  get size(): number {
    return this.#size
  }

  /** Keeps a call for so long at most, or up to its deadline. False when there are too many of its class. */
  enter(call: Call, wake: Wake, maxWaitMs: number): boolean {
    const own = this.#classes[call.rank]
    const nowMs = this.#clock.nowMs()
    const untilMs = Math.min(nowMs + maxWaitMs, call.deadlineMs)
    if (own.size >= MOST_ASKING || !(untilMs > nowMs)) return false
    own.set(call, { call, wake, cost: call.cost, untilMs })
    this.#count(call, call.cost)
    this.#size++
    this.#ringAt(untilMs, nowMs)
    return true
  }

  /** The call waits no longer. Nothing happens when it did not. */
  leave(call: Call): void {
    if (this.#size > 0) this.#remove(call)
  }

  /** Units may have come: whoever they suffice for goes on. Never from inside `enter` of a gate. */
  serve(): void {
    for (let next = this.#first(); next && this.#budget.takeAfterWait(next.call); next = this.#first()) {
      this.#remove(next.call)
      next.wake(next.call, undefined)
    }
  }

  /** As {@link serve}, in a turn of its own. */
  serveSoon(): void {
    const nowMs = this.#clock.nowMs()
    if (this.#size > 0) this.#ringAt(nowMs, nowMs)
  }

  #first(): Asking | undefined {
    if (this.#size === 0) return undefined
    for (const rank of CALLER_CLASSES) for (const asking of this.#classes[rank].values()) return asking
    return undefined
  }

  #remove(call: Call): void {
    const own = this.#classes[call.rank]
    const asking = own.get(call)
    if (asking === undefined) return
    own.delete(call)
    this.#count(call, -asking.cost)
    this.#size--
    if (this.#size === 0) this.asks.fill(0) // lest fractions add up to something
  }

  #count({ rank }: Call, units: number): void {
    const tier = TIERS[rank]
    this.asks[tier] = Math.max(0, (this.asks[tier] ?? 0) + units)
  }

  #ringAt(dueMs: number, nowMs: number): void {
    if (dueMs >= this.#ringsMs) return
    this.#timer?.cancel()
    this.#ringsMs = dueMs
    this.#timer = this.#clock.schedule(dueMs - nowMs, () => this.#lookAround())
  }

  #lookAround(): void {
    this.#ringsMs = Number.POSITIVE_INFINITY
    this.serve()
    const nowMs = this.#clock.nowMs()
    const all = CALLER_CLASSES.flatMap((rank) => Array.from(this.#classes[rank].values()))
    for (const { call, wake, untilMs } of all) {
      if (untilMs > nowMs + ROUNDING_MS) this.#ringAt(untilMs, nowMs)
      else if (this.#classes[call.rank].has(call)) {
        this.#remove(call)
        wake(call, this.#budget.refuseAfterWait(call))
      }
    }
  }
}
