import type { LeasedBudget } from '@spillway/budget'
import type { Fleet } from './fleet.ts'
import type { SidecarMachine } from './machine.ts'
import { PatientCallers } from './patient-callers.ts'
import type { WorldConfig } from './world-config.ts'

type Counted = Pick<Fleet, 'nowMs' | 'tally' | 'checker'>

/** Lets the calls of a fleet in: each by itself and with patience, or, where nobody waits, as many at a time as came. */
export class Patience {
  readonly #config: WorldConfig
  readonly #fleet: Counted
  readonly #report: (sidecar: SidecarMachine) => void
  readonly #callers = new WeakMap<LeasedBudget, PatientCallers>()
  #isKept = true

  /** `report` is told of sidecars that have something to ask for. */
  constructor(config: WorldConfig, fleet: Counted, report: (sidecar: SidecarMachine) => void) {
    this.#config = config
    this.#fleet = fleet
    this.#report = report
  }

  /** So many calls come to a sidecar; returns how many got in at once. Those that get in later are counted then. */
  take(sidecar: SidecarMachine, calls: number, tier: number): number {
    const { askWaitMs } = this.#config
    if (askWaitMs === undefined) return sidecar.budget.takeMany(calls, tier)
    return this.#callersOf(sidecar, askWaitMs).take(calls, tier)
  }

  /** No call that had waited has broken the promise since this was asked last. */
  wasKept(): boolean {
    const wasKept = this.#isKept
    this.#isKept = true
    return wasKept
  }

  /** A machine that starts anew has other callers: those that waited are gone with it. */
  #callersOf(sidecar: SidecarMachine, askWaitMs: number): PatientCallers {
    const { budget, clock } = sidecar
    const known = this.#callers.get(budget)
    if (known) return known
    const isGone = (): boolean => sidecar.budget !== budget || sidecar.pausedUntilMs > this.#fleet.nowMs
    const callers = new PatientCallers(budget, this.#config.budget, askWaitMs, clock, {
      asked: () => void (isGone() || this.#report(sidecar)),
      waited: (tier, forMs, isAdmitted) => void (isGone() || this.#count(sidecar, tier, forMs, isAdmitted)),
    })
    this.#callers.set(budget, callers)
    return callers
  }

  #count({ region }: SidecarMachine, tier: number, forMs: number, isAdmitted: boolean): void {
    const { tally, checker, nowMs } = this.#fleet
    tally.waited.totalMs += forMs
    tally.waited[isAdmitted ? 'admitted' : 'refused']++
    if (!isAdmitted) return
    tally.admit(region, tier, 1)
    this.#isKept = checker.admit(nowMs, 1) && this.#isKept
  }
}
