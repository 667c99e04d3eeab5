import type { Clock, Timer } from '@spillway/clock'

/** An event is its own timer: worlds make millions of them. */
class Event implements Timer {
  readonly dueMs: number
  readonly order: number
  task: (() => void) | undefined

  constructor(dueMs: number, order: number, task: () => void) {
    this.dueMs = dueMs
    this.order = order
    this.task = task
  }

  cancel(): void {
    this.task = undefined
  }
}

/**
 * Virtual time for worlds with many events: like `ManualClock`, but a heap, so that each event costs O(log n). Events run in
 * order of their due time, and in order of scheduling when due together.
 */
export class EventClock implements Clock {
  readonly #wallOffsetMs: number
  readonly #heap: Event[] = []
  #nowMs = 0
  #scheduled = 0

  /** Starts at monotonic time 0 and the given wall-clock time. */
  constructor(wallMs: number) {
    this.#wallOffsetMs = wallMs
  }

  nowMs(): number {
    return this.#nowMs
  }

  wallMs(): number {
    return this.#nowMs + this.#wallOffsetMs
  }

  schedule(delayMs: number, task: () => void): Timer {
    const event = new Event(this.#nowMs + Math.max(0, delayMs), this.#scheduled++, task)
    this.#push(event)
    return event
  }

  /** Moves time forward and runs what falls due, each at its own time. */
  advance(durationMs: number): void {
    const untilMs = this.#nowMs + durationMs
    for (let next = this.#heap[0]; next && next.dueMs <= untilMs; next = this.#heap[0]) {
      this.#pop()
      this.#nowMs = next.dueMs
      next.task?.()
    }
    this.#nowMs = untilMs
  }

  #push(event: Event): void {
    const heap = this.#heap
    let place = heap.length
    while (place > 0) {
      const parent = (place - 1) >> 1
      const above = heap[parent]
      if (!above || !isBefore(event, above)) break
      heap[place] = above
      place = parent
    }
    heap[place] = event
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (!last || heap.length === 0) return
    let place = 0
    for (;;) {
      let child = 2 * place + 1
      let below = heap[child]
      const right = heap[child + 1]
      if (below && right && isBefore(right, below)) {
        child++
        below = right
      }
      if (!below || !isBefore(below, last)) break
      heap[place] = below
      place = child
    }
    heap[place] = last
  }
}

function isBefore(one: Event, other: Event): boolean {
  return one.dueMs === other.dueMs ? one.order < other.order : one.dueMs < other.dueMs
}
