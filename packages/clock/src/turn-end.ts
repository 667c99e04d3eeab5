/** For the end of the present turn, in order, and how many they are: the places are used again. */
const tasks: ((() => void) | undefined)[] = []
let count = 0

/** After a pause of this length the event loop has waited: it had nothing else to hand out. */
const WAITED_MS = 0.03

/** So many events may come at once and the load still be low. */
const FEW_EVENTS = 4

/** Turns from now on that end with an event of their own. */
let singleTurns = 0

/** When the last turn ended. Not a bare number, which would be a new one on the heap each time. */
const endedMs = Float64Array.of(0)

/**
 * Runs the task at the end of the present turn of the event loop: when what one poll has brought in was handed out, before
 * the loop waits again. What is asked for from there on runs right behind, in the same turn.
 *
 * All tasks of a turn share one callback. Under load that is an immediate, behind everything that the poll has brought in, so that
 * work for many is done at once. Where the loop has waited before, few events have come, hardly ever more than one: a turn then
 * ends with its event, by `nextTick`, so that nobody waits for those who came with him, and the way back into the program that an
 * immediate takes is spared, a noticeable part of what a call costs when few come. What comes behind the first few waits for
 * the immediate: a poll that has brought in many is load.
 */
export function atTurnEnd(task: () => void): void {
  tasks[count++] = task
  if (count > 1) return
  if (performance.now() - (endedMs[0] ?? 0) > WAITED_MS) singleTurns = FEW_EVENTS
  if (singleTurns === 0) setImmediate(runAll)
  else {
    singleTurns--
    process.nextTick(runAll)
  }
}

function runAll(): void {
  let done = 0
  try {
    while (done < count) run(done++)
  } finally {
    endedMs[0] = performance.now()
    const left = done < count ? tasks.slice(done, count) : NONE // one has thrown
    count = 0
    for (const task of left) if (task !== undefined) atTurnEnd(task)
  }
}

function run(place: number): void {
  const task = tasks[place]
  tasks[place] = undefined
  if (task !== undefined) task()
}

const NONE: readonly undefined[] = []
