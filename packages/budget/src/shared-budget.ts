import type { PriorityClass } from '@spillway/call'
import { NEVER } from './bucket.ts'
import type { BudgetConfig, BudgetSnapshot } from './budget-config.ts'
import type { CallBudget } from './call-budget.ts'
import { ClassDraws, TIERS } from './class-draws.ts'
import { defaultKeyElectionTimes } from './lease/key-election.ts'
import type { LeasedBudget } from './lease/leased-budget.ts'
import type { Share } from './lease/share.ts'

/**
 * What a sidecar does when its lease has run out. `floor`: lives on its slice of the region's floor, as long as that holds.
 * `deny`: lets nothing pass. `allow`: lets everything pass, and so gives the promise up.
 */
export type OnCutOff = 'floor' | 'deny' | 'allow'

/** A shared budget as configured. */
export interface SharedBudgetConfig extends BudgetConfig {
  readonly onCutOff: OnCutOff
}

/** When calls took their tokens that took none, because `allow` let them pass: nothing can be given back to them. */
const NOTHING_TAKEN_MS = Number.NEGATIVE_INFINITY

/** A call that finds no share at all is told to come back after so long: by then a grant may have come. In milliseconds. */
const NO_SHARE_YET_MS = 1_000

/**
 * When nobody holds an office at the start, somebody does so long after it: see ARCHITECTURE.md, "Cold start". In milliseconds.
 */
const FIRST_OFFICES_MS = defaultKeyElectionTimes.ttlMs * (1 + defaultKeyElectionTimes.drift)

/**
 * A budget that many sidecars share: draws on the lease that this one holds. The classes are the tiers of the lease, so that
 * shares move to where important calls are.
 */
export class SharedBudget implements CallBudget {
  readonly name: string
  /** Carries it out; its messages are somebody else's business. */
  readonly lease: LeasedBudget
  readonly #draws = new ClassDraws()
  #config: SharedBudgetConfig
  #wasLetThrough = false

  constructor(name: string, lease: LeasedBudget, config: SharedBudgetConfig) {
    this.name = name
    this.lease = lease
    this.#config = config
  }

  /** The whole budget as its allocator enforces it; before the first grant, as configured. */
  get whole(): Share {
    return this.lease.terms?.whole ?? this.#config
  }

  get takenMs(): number {
    return this.#wasLetThrough ? NOTHING_TAKEN_MS : this.lease.takenMs
  }

  take(rank: PriorityClass, cost: number): number {
    const waitMs = this.lease.draw(cost, TIERS[rank])
    return this.#draws.note(rank, cost, this.#judge(waitMs, cost))
  }

  settle(rank: PriorityClass, taken: number, spent: number, takenMs: number): void {
    if (takenMs !== NOTHING_TAKEN_MS) this.lease.settle(taken, spent, takenMs)
    this.#draws.settled(rank, taken, spent)
  }

  /** Changes what is done when cut off. Rate and burst come with the grants, from those who share the budget out. */
  reconfigure(config: Partial<SharedBudgetConfig>): void {
    this.#config = { ...this.#config, ...config }
  }

  snapshot(): BudgetSnapshot {
    const { rate, burst } = this.lease.force
    const { level, debt, wants } = this.lease
    return { name: this.name, rate, burst, level, debt, classes: this.#draws.snapshot(wants) }
  }

  #judge(waitMs: number, cost: number): number {
    this.#wasLetThrough = false
    if (this.#config.onCutOff !== 'floor' && this.lease.isCutOff) {
      if (this.#config.onCutOff === 'allow') {
        this.#wasLetThrough = waitMs > 0
        return 0
      }
      if (waitMs === 0) this.lease.settle(cost, 0, this.lease.takenMs)
      return this.#untilShareMs()
    }
    // A share too small for the call, or none, may grow; what is above the whole budget never fits.
    return waitMs === NEVER && cost <= this.whole.burst ? this.#untilShareMs() : waitMs
  }

  /** In a fleet that runs, the first grant comes at once. Where none did, the whole fleet may have just begun. */
  #untilShareMs(): number {
    const { isStarting, ageMs } = this.lease
    if (!isStarting || ageMs < NO_SHARE_YET_MS) return NO_SHARE_YET_MS
    return Math.max(NO_SHARE_YET_MS, FIRST_OFFICES_MS - ageMs)
  }
}
