import { CALLER_CLASSES, className, perClass, type PriorityClass } from '@spillway/call'
import type { ClassCounts, ClassSnapshot } from './admission-snapshot.ts'

/** What became of the calls of one class, counting. */
export class ClassTally implements ClassCounts {
  admitted = 0
  shed = 0
  timedOut = 0
  infeasible = 0
  left = 0
  /** Seats that its calls hold now. */
  seatsInUse = 0
}

/** The tallies of all classes. */
export class Tallies {
  readonly #byRank = perClass(() => new ClassTally())

  /** The tally of a class, to count in. */
  of(rank: PriorityClass): ClassTally {
    return this.#byRank[rank]
  }

  /** Those of the four classes of callers, most important first; `waitingIn` tells who waits in each. */
  snapshot(waitingIn: (rank: PriorityClass) => Pick<ClassSnapshot, 'queued' | 'oldestWaitMs'>): ClassSnapshot[] {
    return CALLER_CLASSES.map((rank) => {
      const { admitted, shed, timedOut, infeasible, left, seatsInUse } = this.of(rank)
      const { queued, oldestWaitMs } = waitingIn(rank)
      return { name: className(rank), queued, oldestWaitMs, seatsInUse, admitted, shed, timedOut, infeasible, left }
    })
  }
}
