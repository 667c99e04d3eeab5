import { byClass, type ByClass, type DemoClass } from './demo-class.ts'
import { FATES, type Fate, type FinishedCall } from './finished-call.ts'
import { percentile } from './percentile.ts'

/** How often each fate was met. */
type FateCounts = Readonly<Record<Fate, number>>

/** What was counted of some calls. */
export interface Summary {
  /** All of them: offered = ok + degraded + refused + busy + deadline + failed + unsent. */
  readonly offered: number
  readonly fates: FateCounts
  /** Latency of the real answers alone, in milliseconds: fast refusals would flatter it. Undefined when there are none. */
  readonly p50Ms: number | undefined
  readonly p99Ms: number | undefined
}

/** What was counted of the calls due in one second, per class. */
export type Second = ByClass<Summary>

/** Counts finished calls per class and per second of the load. */
export class Tally {
  readonly #all: ByClass<Count> = byClass(() => new Count())
  readonly #seconds: ByClass<Count>[] = []
  readonly #rules = new Map<string, number>()

  add(call: FinishedCall): void {
    this.#all[call.name].add(call)
    if (call.rule !== '') this.#rules.set(call.rule, (this.#rules.get(call.rule) ?? 0) + 1)
    const second = Math.floor(call.dueMs / 1_000)
    while (this.#seconds.length <= second) this.#seconds.push(byClass(() => new Count()))
    this.#seconds[second]?.[call.name].add(call)
  }

  /** How many calls each fallback rule answered. */
  get rules(): ReadonlyMap<string, number> {
    return this.#rules
  }

  /** One class over the whole load. */
  of(name: DemoClass): Summary {
    return this.#all[name].summary()
  }

  /** The classes together. */
  total(): Summary {
    return Count.sum([this.#all.critical, this.#all.standard, this.#all.sheddable]).summary()
  }

  /** Each second of the load so far, by when calls were due. */
  seconds(): readonly Second[] {
    return this.#seconds.map((second) => byClass((name) => second[name].summary()))
  }
}

class Count {
  readonly #fates: Record<Fate, number> = noFates()
  readonly #latenciesMs: number[] = []

  add(call: FinishedCall): void {
    this.#fates[call.fate]++
    if (call.fate === 'ok') this.#latenciesMs.push(call.latencyMs)
  }

  static sum(counts: readonly Count[]): Count {
    const total = new Count()
    for (const count of counts) {
      for (const fate of FATES) total.#fates[fate] += count.#fates[fate]
      for (const latencyMs of count.#latenciesMs) total.#latenciesMs.push(latencyMs)
    }
    return total
  }

  summary(): Summary {
    const fates = { ...this.#fates }
    return {
      offered: FATES.reduce((sum, fate) => sum + fates[fate], 0),
      fates,
      p50Ms: percentile(this.#latenciesMs, 50),
      p99Ms: percentile(this.#latenciesMs, 99),
    }
  }
}

function noFates(): Record<Fate, number> {
  return { ok: 0, degraded: 0, refused: 0, busy: 0, deadline: 0, failed: 0, unsent: 0 }
}
