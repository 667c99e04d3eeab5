import type { Call, PriorityClass, Refusal, Wake } from '@spillway/call'
import type { Clock } from '@spillway/clock'
import { AskLine } from './ask-line.ts'
import { NEVER } from './bucket.ts'
import type { BudgetConfig, BudgetSnapshot } from './budget-config.ts'
import { exhausted } from './budget-gate.ts'
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
  /**
   * How long a call may wait for units that are asked for, in milliseconds, where the budget is smaller than the fleet; 0, or
   * left out: not at all.
   */
  readonly askWait?: number
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
  readonly #line: AskLine
  #wasLetThrough = false
  #waitMs = 0

  constructor(name: string, lease: LeasedBudget, config: SharedBudgetConfig, clock: Clock) {
    this.name = name
    this.lease = lease
    this.#config = config
    this.#line = new AskLine(this, clock)
    lease.asks = this.#line.asks
    lease.onGranted = () => this.#line.serve()
  }

  /** The whole budget as its allocator enforces it; before the first grant, as configured. */
  get whole(): Share {
    return this.lease.terms?.whole ?? this.#config
  }

  get takenMs(): number {
    return this.#wasLetThrough ? NOTHING_TAKEN_MS : this.lease.takenMs
  }

  get waitMs(): number {
    return this.#waitMs
  }

  take(rank: PriorityClass, cost: number): boolean {
    const isTaken = this.lease.take(cost, TIERS[rank])
    return this.#draws.note(rank, cost, this.#judge(isTaken, cost))
  }

  /**
   * Waits for whole units where a share cannot hold them in advance, as long as somebody is there who answers; else the answer
   * is no at once.
   */
  ask(call: Call, wake: Wake): boolean {
    const { askWait = 0 } = this.#config
    if (!this.lease.canAsk(call.cost) || call.cost > this.whole.burst) return false
    const isWaiting = this.#line.enter(call, wake, askWait)
    if (isWaiting) this.#draws.defer(call.rank)
    else this.lease.miss(call.cost, TIERS[call.rank])
    this.lease.onAsked()
    return isWaiting
  }

  withdraw(call: Call): void {
    this.#line.leave(call)
  }

  takeAfterWait(call: Call): boolean {
    const { rank, cost } = call
    if (!this.lease.take(cost, TIERS[rank], false)) return false
    this.#draws.note(rank, cost, true)
    call.budgetTaken = cost
    call.budgetTakenMs = this.lease.takenMs
    return true
  }

  refuseAfterWait(call: Call): Refusal {
    const { rank, cost } = call
    this.#draws.note(rank, cost, false)
    return exhausted(call, this.#untilShareMs(cost))
  }

  settle(rank: PriorityClass, taken: number, spent: number, takenMs: number): void {
    if (takenMs !== NOTHING_TAKEN_MS) this.lease.settle(taken, spent, takenMs)
    this.#draws.settled(rank, taken, spent)
    if (this.#line.size > 0) this.#line.serveSoon()
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

  /** Whether a call is let in for which units were taken, or not; sets {@link waitMs} if it is not. */
  #judge(isTaken: boolean, cost: number): boolean {
    this.#wasLetThrough = false
    if (this.#config.onCutOff !== 'floor' && this.lease.isCutOff) {
      if (this.#config.onCutOff === 'allow') {
        this.#wasLetThrough = !isTaken
        return true
      }
      if (isTaken) this.lease.settle(cost, 0, this.lease.takenMs)
      this.#waitMs = this.#untilShareMs(cost)
      return false
    }
    if (isTaken) return true
    const { waitMs } = this.lease
    // A share too small for the call, or none, may grow; what is above the whole budget never fits.
    this.#waitMs = waitMs === NEVER && cost <= this.whole.burst ? this.#untilShareMs(cost) : waitMs
    return false
  }

  /**
   * In a fleet that runs, the first grant comes at once. Where none did, the whole fleet may have just begun. Units are there
   * when the whole budget has made them.
   */
  #untilShareMs(cost: number): number {
    const { rate } = this.whole
    if (this.lease.isInUnits && !this.lease.isCutOff && rate > 0) return (1_000 * cost) / rate
    const { isStarting, ageMs } = this.lease
    if (!isStarting || ageMs < NO_SHARE_YET_MS) return NO_SHARE_YET_MS
    return Math.max(NO_SHARE_YET_MS, FIRST_OFFICES_MS - ageMs)
  }
}
