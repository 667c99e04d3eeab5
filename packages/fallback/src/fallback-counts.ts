import type { MethodPolicy } from '@spillway/contract'

/** What became of one rule so far. */
export interface FallbackCounts {
  /** Path of the method whose rule it is. */
  readonly path: string
  readonly rule: string
  /** It answered, or sent the call elsewhere. */
  readonly applied: number
  /** It reads the request, and the request was not at hand: too large, compressed or malformed. */
  readonly unreadable: number
  /** It could not be evaluated for a call. */
  readonly failed: number
  /** What the last evaluation that failed said; empty for none. */
  readonly lastFailure: string
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

/** Counts of every rule that was tried. Bounded by the number of rules in the contract. */
export class FallbackTally {
  readonly #counts = new Map<string, Map<string, Mutable<FallbackCounts>>>()

  applied(policy: MethodPolicy, rule: string): void {
    this.#of(policy, rule).applied++
  }

  unreadable(policy: MethodPolicy, rule: string): void {
    this.#of(policy, rule).unreadable++
  }

  failed(policy: MethodPolicy, rule: string, failure: string): void {
    const counts = this.#of(policy, rule)
    counts.failed++
    counts.lastFailure = failure
  }

  /** A copy of all counts. */
  list(): FallbackCounts[] {
    return Array.from(this.#counts.values(), (rules) => Array.from(rules.values(), (counts) => ({ ...counts }))).flat()
  }

  #of(policy: MethodPolicy, rule: string): Mutable<FallbackCounts> {
    const rules = this.#counts.get(policy.path) ?? new Map<string, Mutable<FallbackCounts>>()
    this.#counts.set(policy.path, rules)
    const counts = rules.get(rule) ?? { path: policy.path, rule, applied: 0, unreadable: 0, failed: 0, lastFailure: '' }
    rules.set(rule, counts)
    return counts
  }
}
