import type { FinishedCall } from '../load/finished-call.ts'
import { Tally } from '../load/tally.ts'

/** A part of an act. */
export interface PhasePlan {
  /** For people: `480/s`, `half fail`. */
  readonly label: string
  readonly perSecond: number
  readonly durationMs: number
}

/** A part of an act and the calls that were due in it. */
export interface Phase extends PhasePlan {
  /** From the start of the act. */
  readonly startMs: number
  readonly tally: Tally
}

/** One act: its phases in order, what was counted in each of them and in all. */
export class Act {
  /** 1, 2 or 3. */
  readonly number: number
  readonly title: string
  readonly tally = new Tally()
  #phases: readonly Phase[]

  constructor(number: number, title: string, plan: readonly PhasePlan[]) {
    this.number = number
    this.title = title
    let startMs = 0
    this.#phases = plan.map((phase) => {
      const begun = { ...phase, startMs, tally: new Tally() }
      startMs += phase.durationMs
      return begun
    })
  }

  get phases(): readonly Phase[] {
    return this.#phases
  }

  get durationMs(): number {
    const last = this.#phases.at(-1)
    return last === undefined ? 0 : last.startMs + last.durationMs
  }

  /** The phase at that time of the act; the last one from its start on. */
  phaseAt(timeMs: number): Phase | undefined {
    return this.#phases.findLast((phase) => phase.startMs <= timeMs)
  }

  add(call: FinishedCall): void {
    this.tally.add(call)
    this.phaseAt(call.dueMs)?.tally.add(call)
  }

  /** The act was over earlier than planned: its last phase lasted until `timeMs`. */
  endAt(timeMs: number): void {
    this.#phases = this.#phases.map((phase) => {
      const leftMs = Math.max(0, timeMs - phase.startMs)
      return leftMs < phase.durationMs ? { ...phase, durationMs: leftMs } : phase
    })
  }
}
