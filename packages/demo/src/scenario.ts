import type { ByClass } from './load/demo-class.ts'
import type { ServiceCapacity } from './service/service-model.ts'

/** What the service can hold: pieces of work at a time, and 0.8 s of work in its queue. */
export const CAPACITY: ServiceCapacity = { slots: 8, queue: 64 }

/** Mean and coefficient of variation of a call's service time. */
export const SERVICE_TIME = { meanMs: 100, variation: 0.5 } as const

/** The most that the service can answer. */
export const CAPACITY_PER_SECOND = (CAPACITY.slots * 1_000) / SERVICE_TIME.meanMs

/** The load's steps, in calls per second: below capacity, then 1.5, 3 and 6 times as much. */
export const STAIRS_PER_SECOND = [60, 120, 240, 480] as const

/** The constant load of act 3, below capacity: what fails there fails for another reason. */
export const STEADY_PER_SECOND = 60

/** How much of the load each class is. On the highest step critical calls alone are 0.6 of the capacity. */
export const SHARES: ByClass<number> = { critical: 0.1, standard: 0.3, sheddable: 0.6 }

/** What callers wait for an answer. */
export const DEADLINE_MS = 2_000

/** The share of the large model's calls that fail in act 3. */
export const FAULT_SHARE = 0.5
