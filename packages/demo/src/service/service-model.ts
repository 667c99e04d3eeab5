import type { Clock } from '@spillway/clock'
import type { ServiceTime } from './service-time.ts'

/** How much the service can do. */
export interface ServiceCapacity {
  /** Work that runs at the same time. */
  readonly slots: number
  /** Work that may wait, first in, first out. What comes beyond it is turned away. */
  readonly queue: number
}

/** One piece of work inside the model; hold it to {@link ServiceModel.cancel} it. */
export interface Job {
  readonly submittedMs: number
  /** Cleared when nobody waits for the work any more. */
  done: (() => void) | undefined
}

/**
 * A service whose capacity is known exactly: `slots / mean service time`. It sleeps instead of computing, so that its
 * capacity does not depend on the machine. The queue in front is bounded and knows no priority, as in most servers.
 *
 * Each slot keeps its own account of time: work that waited starts when the work before it was due to end, not when a
 * late timer noticed. Otherwise every timer's delay would take a little of the capacity.
 */
export class ServiceModel {
  readonly #clock: Clock
  readonly #capacity: ServiceCapacity
  readonly #serviceTime: ServiceTime
  readonly #queue = new Set<Job>()
  #running = 0

  constructor(clock: Clock, capacity: ServiceCapacity, serviceTime: ServiceTime) {
    this.#clock = clock
    this.#capacity = capacity
    this.#serviceTime = serviceTime
  }

  get running(): number {
    return this.#running
  }

  get queued(): number {
    return this.#queue.size
  }

  /** Takes a piece of work and calls `done` when it has run; undefined when slots and queue are full. */
  submit(done: () => void): Job | undefined {
    const job = { submittedMs: this.#clock.nowMs(), done }
    if (this.#running < this.#capacity.slots) this.#run(job, job.submittedMs)
    else if (this.#queue.size < this.#capacity.queue) this.#queue.add(job)
    else return undefined
    return job
  }

  /** Nobody waits for it any more: queued work leaves at once, running work keeps its slot to the end and is not told. */
  cancel(job: Job): void {
    this.#queue.delete(job)
    job.done = undefined
  }

  #run(job: Job, startMs: number): void {
    this.#running++
    const endMs = startMs + this.#serviceTime()
    this.#clock.schedule(endMs - this.#clock.nowMs(), () => this.#finish(job, endMs))
  }

  #finish(job: Job, endMs: number): void {
    this.#running--
    const [next] = this.#queue
    if (next !== undefined) {
      this.#queue.delete(next)
      this.#run(next, Math.max(endMs, next.submittedMs))
    }
    job.done?.()
  }
}
