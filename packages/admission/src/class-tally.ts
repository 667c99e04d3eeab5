import { CALLER_CLASSES, className, perClass, type PriorityClass } from '@spillway/call'
import type { ClassCounts, ClassSnapshot } from './admission-snapshot.ts'

/** What became of the calls of one class, counting. */
export class ClassTally implements ClassCounts {
  admitted = 0
  shed = 0
  timedOut = 0
  infeasible = 0
  left = 0
}

/** The tallies of all classes. */
export class Tallies {
  readonly #byRank = perClass(() => new ClassTally())

  /** The tally of a class, to count in. */
  of(rank: PriorityClass): ClassTally {
    return this.#byRank[rank]
  }

  /** Those of the four classes of callers, most important first; `queuedIn` tells how many wait in each. */
  snapshot(queuedIn: (rank: PriorityClass) => number): ClassSnapshot[] {
    return CALLER_CLASSES.map((rank) => {
      const { admitted, shed, timedOut, infeasible, left } = this.of(rank)
      return { name: className(rank), queued: queuedIn(rank), admitted, shed, timedOut, infeasible, left }
    })
  }
}
