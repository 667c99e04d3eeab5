import { BudgetGate, SharedBudget, type LeasedBudget, type Share } from '@spillway/budget'
import { CALLER_CLASSES, Call, Gates, PROCEED, PriorityClass, defaultCallFacts } from '@spillway/call'
import type { Clock } from '@spillway/clock'

/** Who hears of calls that had to wait. */
export interface PatienceListener {
  /** Units should be asked for at once. */
  asked(): void
  /** A call has waited so long, and got in or did not. */
  waited(tier: number, forMs: number, isAdmitted: boolean): void
}

/** The calls of one sidecar of a simulated fleet, each through the gate that the sidecar has: they wait where it lets them wait. */
export class PatientCallers {
  readonly #gates: Gates
  readonly #clock: Clock
  readonly #listener: PatienceListener

  constructor(lease: LeasedBudget, whole: Share, askWaitMs: number, clock: Clock, listener: PatienceListener) {
    const budget = new SharedBudget('b', lease, { ...whole, onCutOff: 'floor', askWait: askWaitMs }, clock)
    lease.onAsked = () => listener.asked()
    this.#gates = new Gates([new BudgetGate({ find: () => budget })])
    this.#clock = clock
    this.#listener = listener
  }

  /** So many calls of one tier come; returns how many got in at once. */
  take(calls: number, tier: number): number {
    let taken = 0
    for (let index = 0; index < calls; index++) if (this.#enter(tier)) taken++
    return taken
  }

  #enter(tier: number): boolean {
    const sinceMs = this.#clock.nowMs()
    const rank = CALLER_CLASSES[tier] ?? PriorityClass.batch
    const decided = (refusal: unknown): void =>
      this.#listener.waited(tier, this.#clock.nowMs() - sinceMs, refusal === undefined)
    const verdict = this.#gates.enter(Call.of({ ...defaultCallFacts, rank, budget: 'b' }, { decided }))
    return verdict === PROCEED
  }
}
