import { NEVER_RETRY, NO_DEADLINE, PriorityClass, type Call, type Refusal } from '@spillway/call'
import { jitter, type Random } from '@spillway/clock'
import type { AdmissionConfig } from './admission-config.ts'
import type { Tallies } from './class-tally.ts'
import type { Waiting } from './place.ts'
import type { ServiceTimes } from './service-times.ts'

/** Why a call gets no seat: makes every refusal of admission, and counts it. */
export class Refusals {
  /** In force now. Owned by `Admission`. */
  config: AdmissionConfig
  readonly #random: Random
  readonly #serviceTimes: ServiceTimes
  readonly #tallies: Tallies

  constructor(config: AdmissionConfig, random: Random, serviceTimes: ServiceTimes, tallies: Tallies) {
    this.config = config
    this.#random = random
    this.#serviceTimes = serviceTimes
    this.#tallies = tallies
  }

  /** Refuses a call whose remaining time is less than its work takes. */
  infeasible(call: Call, nowMs: number): Refusal | undefined {
    if (call.deadlineMs === NO_DEADLINE) return undefined
    const remainingMs = call.deadlineMs - nowMs
    if (remainingMs > this.#serviceTimes.expectedMs(call.traits, nowMs)) return undefined
    this.#tallies.of(call.rank).infeasible++
    return { kind: 'deadline_infeasible', pushbackMs: NEVER_RETRY, remainingMs }
  }

  /** Refuses a call that waits, and whose deadline has come out of reach or whose time in the queue is over. */
  overdue(waiting: Waiting, nowMs: number): Refusal | undefined {
    const infeasible = this.infeasible(waiting.call, nowMs)
    if (infeasible !== undefined) return infeasible
    if (nowMs < waiting.lastMs) return undefined
    const { rank } = waiting.call
    this.#tallies.of(rank).timedOut++
    return { kind: 'queue_timeout', pushbackMs: this.#pushbackMs(), rank, waitedMs: nowMs - waiting.enteredMs }
  }

  /** When a call that waits may be {@link overdue}, at the earliest, as far as is known now. */
  overdueMs(waiting: Waiting, nowMs: number): number {
    const { traits, deadlineMs } = waiting.call
    if (deadlineMs === NO_DEADLINE) return waiting.lastMs
    return Math.min(waiting.lastMs, deadlineMs - this.#serviceTimes.expectedMs(traits, nowMs))
  }

  /** Refuses a call for which there is no place in the queue. */
  shed(call: Call, limit: number, queued: number): Refusal {
    const { rank } = call
    this.#tallies.of(rank).shed++
    const pushbackMs = rank >= PriorityClass.sheddable ? NEVER_RETRY : this.#pushbackMs()
    return { kind: 'shed_overload', pushbackMs, rank, limit, queued }
  }

  #pushbackMs(): number {
    return Math.round(jitter(this.config.pushbackMs, this.config.pushbackSpread, this.#random))
  }
}
