import type { Decision } from './event.ts'
import { LATENCY_BUCKETS, latencyBucket } from './latency-scale.ts'

/** Whole seconds that a window looks back over. */
export const WINDOW_SECONDS = 10

const SLOTS = WINDOW_SECONDS + 1
const Field = {
  ended: 0,
  ok: 1,
  refused: 2,
  answered: 3,
  forwarded: 4,
  queueSumMs: 5,
  queueMaxMs: 6,
  degraded: 7,
} as const
const FIELDS = Object.keys(Field).length

/** Sums over the window. */
export interface WindowTotals {
  readonly ended: number
  /** Answered with OK by the upstream, and by a rule. */
  readonly ok: number
  readonly degraded: number
  readonly refused: number
  readonly answered: number
  readonly forwarded: number
  readonly queueSumMs: number
  readonly queueMaxMs: number
  /** Whole durations of forwarded calls, in the buckets of the latency scale. */
  readonly latency: Uint32Array
}

/**
 * Ended calls of the last {@link WINDOW_SECONDS} whole seconds, in one slot a second. About 8 KiB, allocated once;
 * a slot is cleared when its second comes round again, so nothing needs a timer.
 */
export class RollingWindow {
  readonly #seconds = new Float64Array(SLOTS).fill(-1)
  readonly #fields = new Float64Array(SLOTS * FIELDS)
  readonly #latency = new Uint32Array(SLOTS * LATENCY_BUCKETS)

  /** Counts a call that ended at `nowMs` (monotonic). Allocates nothing. */
  record(nowMs: number, kind: Decision['kind'], isOk: boolean, totalMs: number, queuedMs: number): void {
    const slot = this.#slotOf(Math.floor(nowMs / 1_000))
    this.#add(slot, Field.ended, 1)
    if (isOk) this.#add(slot, kind === 'forwarded' ? Field.ok : Field.degraded, 1)
    this.#add(slot, Field[kind], 1)
    if (kind === 'forwarded') this.#addLatency(slot, totalMs)
    if (queuedMs > 0) this.#addQueued(slot, queuedMs)
  }

  /** The sums as of `nowMs`; the second that is under way is not in them. */
  totals(nowMs: number): WindowTotals {
    const current = Math.floor(nowMs / 1_000)
    const sums = new Float64Array(FIELDS)
    const latency = new Uint32Array(LATENCY_BUCKETS)
    for (let slot = 0; slot < SLOTS; slot++) {
      const age = current - (this.#seconds[slot] ?? -1)
      if (age >= 1 && age <= WINDOW_SECONDS) this.#sum(slot, sums, latency)
    }
    const field = (index: number): number => sums[index] ?? 0
    return {
      ended: field(Field.ended),
      ok: field(Field.ok),
      degraded: field(Field.degraded),
      refused: field(Field.refused),
      answered: field(Field.answered),
      forwarded: field(Field.forwarded),
      queueSumMs: field(Field.queueSumMs),
      queueMaxMs: field(Field.queueMaxMs),
      latency,
    }
  }

  #slotOf(second: number): number {
    const slot = second % SLOTS
    if (this.#seconds[slot] !== second) {
      this.#seconds[slot] = second
      this.#fields.fill(0, slot * FIELDS, (slot + 1) * FIELDS)
      this.#latency.fill(0, slot * LATENCY_BUCKETS, (slot + 1) * LATENCY_BUCKETS)
    }
    return slot
  }

  #add(slot: number, field: number, value: number): void {
    const index = slot * FIELDS + field
    this.#fields[index] = (this.#fields[index] ?? 0) + value
  }

  #addLatency(slot: number, totalMs: number): void {
    const index = slot * LATENCY_BUCKETS + latencyBucket(totalMs)
    this.#latency[index] = (this.#latency[index] ?? 0) + 1
  }

  #addQueued(slot: number, queuedMs: number): void {
    this.#add(slot, Field.queueSumMs, queuedMs)
    const index = slot * FIELDS + Field.queueMaxMs
    this.#fields[index] = Math.max(this.#fields[index] ?? 0, queuedMs)
  }

  #sum(slot: number, sums: Float64Array, latency: Uint32Array): void {
    for (let field = 0; field < FIELDS; field++) {
      const value = this.#fields[slot * FIELDS + field] ?? 0
      const before = sums[field] ?? 0
      sums[field] = field === Field.queueMaxMs ? Math.max(before, value) : before + value
    }
    for (let bucket = 0; bucket < LATENCY_BUCKETS; bucket++) {
      latency[bucket] = (latency[bucket] ?? 0) + (this.#latency[slot * LATENCY_BUCKETS + bucket] ?? 0)
    }
  }
}
