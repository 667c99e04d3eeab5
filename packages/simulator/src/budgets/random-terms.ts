import type { Random } from '@spillway/clock'
import type { BudgetWorld } from './budget-world.ts'
import type { WorldTerms } from './world-terms.ts'

/** How terms change. Times in milliseconds of virtual time. */
export interface TermsConfig {
  readonly regions: number
  /** Mean time between two changes. */
  readonly everyMs: number
  /** Longest time until the last process has been told of a change. */
  readonly rolloutMs: number
}

/**
 * Changes rate, burst and floors of a world at random, reproducibly, up and down; each process learns of it at a time of its own,
 * and some of a later change before an earlier one has reached all. Call `step` once for each step of the world.
 */
export class RandomTerms {
  readonly #world: BudgetWorld
  readonly #config: TermsConfig
  readonly #random: Random
  readonly log: string[] = []
  #nextMs = 0

  constructor(world: BudgetWorld, config: TermsConfig, random: Random) {
    this.#world = world
    this.#config = config
    this.#random = random
  }

  /** Perhaps begins a change. */
  step(): void {
    const nowMs = this.#world.nowMs
    if (nowMs < this.#nextMs) return
    this.#nextMs = nowMs - this.#config.everyMs * Math.log(1 - this.#random.next())
    const terms = this.#terms()
    this.log.push(`${nowMs} ms: terms become ${JSON.stringify(terms)}`)
    for (const machine of this.#world.processes) {
      const delayMs = this.#config.rolloutMs * this.#random.next()
      this.#world.truth.schedule(delayMs, () => this.#world.configure(machine, terms))
    }
  }

  #terms(): WorldTerms {
    const budget = { rate: 300 * this.#random.next() ** 2 + 1, burst: 40 * this.#random.next() + 2 }
    const parts = Array.from({ length: this.#config.regions }, () => this.#random.next() ** 3)
    const most = parts.reduce((sum, part) => sum + part, 0)
    const floors = parts.map((part) => (0.9 * part * this.#random.next()) / Math.max(1, most))
    return { budget, floors }
  }
}
