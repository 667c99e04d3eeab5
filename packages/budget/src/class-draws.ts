import { CALLER_CLASSES, PriorityClass, className, perClass } from '@spillway/call'
import type { BudgetClassSnapshot } from './budget-config.ts'

/** What one class drew. */
class ClassDraw {
  admitted = 0
  refused = 0
  used = 0
  unneeded = 0
  overdrawn = 0
}

/** The place of a class among those that callers may have, 0 for the most important; `system` draws as `critical` does. */
export const TIERS = perClass((rank) => Math.max(0, rank - PriorityClass.critical))

/** What the classes drew from one budget since the start. */
export class ClassDraws {
  readonly #draws = perClass(() => new ClassDraw())

  /** A call asked for `cost` tokens and got them, or not. Returns `isTaken`. */
  note(rank: PriorityClass, cost: number, isTaken: boolean): boolean {
    const draw = this.#draws[rank]
    if (isTaken) {
      draw.admitted++
      draw.used += cost
    } else draw.refused++
    return isTaken
  }

  /** The refusal that was just noted does not hold: the call waits, and is noted anew when that is over. */
  defer(rank: PriorityClass): void {
    this.#draws[rank].refused--
  }

  /** A call for which `taken` tokens were drawn has spent `spent`. */
  settled(rank: PriorityClass, taken: number, spent: number): void {
    const draw = this.#draws[rank]
    draw.used = Math.max(0, draw.used + spent - taken)
    if (spent > taken) draw.overdrawn += spent - taken
    else draw.unneeded += taken - spent
  }

  /** As the inspector shows it, most important class first; so is `demand`, in tokens a second. */
  snapshot(demand: readonly number[]): BudgetClassSnapshot[] {
    return CALLER_CLASSES.map((rank, index) => {
      const { admitted, refused, used, unneeded, overdrawn } = this.#draws[rank]
      return { name: className(rank), admitted, refused, used, unneeded, overdrawn, demand: demand[index] ?? 0 }
    })
  }
}
