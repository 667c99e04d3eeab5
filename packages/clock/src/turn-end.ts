/** For the end of the present turn, in order, and how many they are: the places are used again. */
const tasks: ((() => void) | undefined)[] = []
let count = 0

/**
 * Runs the task at the end of the present turn of the event loop: when all that one poll has brought in was handed out, before
 * the loop waits again. What is asked for from there on runs right behind, in the same turn.
 *
 * All tasks share one immediate. With an immediate for each, one that asks for another makes the loop go round once more, with
 * a poll that finds nothing: a noticeable part of what a call costs when few come.
 */
export function atTurnEnd(task: () => void): void {
  tasks[count++] = task
  if (count === 1) setImmediate(runAll)
}

function runAll(): void {
  let done = 0
  try {
    while (done < count) run(done++)
  } finally {
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
