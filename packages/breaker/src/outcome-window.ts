import { EventEmitter } from 'node:events'
import CircuitBreaker from 'opossum'
import type { BreakerSettings } from './breaker-settings.ts'

/** How many slices a window rolls in. */
export const SLICES = 10

/** opossum compares `faults / calls * 100`; in doubles 7 of 100 is more than 7 %. Far below one call in any window. */
const ROUNDING = 1e-9

/** What a fault throws inside opossum. One object: an error per fault would pay for a stack that nobody reads. */
const FAULT = new Error('fault')

const SETTLED = Promise.resolve()

/** What a window holds. */
export interface WindowCounts {
  readonly calls: number
  readonly faults: number
}

/**
 * Counts outcomes over a rolling window and says when they are too bad to go on. This is the only file that knows
 * opossum: the window's buckets and the decision to open are opossum's, everything to do with time is not.
 *
 * opossum 10 takes time from globals, so its part that does is never reached:
 * - its buckets are rotated by an emitter of ours, as many slices as have passed on our clock, just before they are used;
 * - its reset timer, started by its own `open`, is cleared in the same turn, because we close it again at once: whoever
 *   owns this window keeps the state;
 * - `timeout`, warm-up, snapshots, percentiles, caches and `capacity` are off.
 * The two `Date.now()` in `fire` measure a latency that is thrown away.
 *
 * A success is one more in `fires`, the number that opossum divides by, and is written there by the time opossum looks: most calls
 * are successes, and its event for them would cost more than the rest of the breaker. A fault goes through `fire()`, where opossum
 * decides, with an action that throws, so that all of it happens synchronously; the fallback keeps the promise that nobody
 * awaits from rejecting. That costs opossum some ten microseconds, so a fault that cannot open anything is counted by its
 * events alone.
 */
export class OutcomeWindow {
  readonly #rotation = new EventEmitter()
  readonly #circuit: CircuitBreaker<[], void>
  #slice: number
  /** Successes of the present slice that are not in `fires` yet. */
  #successes = 0

  /** Starts empty, in that slice of time. */
  constructor(settings: BreakerSettings, slice: number) {
    this.#slice = slice
    this.#circuit = new CircuitBreaker<[], void>(fail, {
      timeout: false,
      errorThresholdPercentage: settings.errorPercent + ROUNDING,
      volumeThreshold: Math.ceil(settings.minCalls),
      rollingCountBuckets: SLICES,
      rollingPercentilesEnabled: false,
      enableSnapshots: false,
      rotateBucketController: this.#rotation,
    })
    this.#circuit.fallback(() => SETTLED)
  }

  /** Counts a success. */
  success(slice: number): void {
    this.#rollTo(slice)
    this.#successes++
  }

  /** Counts a fault that is not to open anything. Cheap: opossum is not asked to decide. */
  pardonedFault(slice: number): void {
    this.#rollTo(slice)
    this.#circuit.emit('fire')
    this.#circuit.emit('failure')
    this.#forgetLatencies()
  }

  /** Counts a fault. True when the window now is above the threshold and has its volume. */
  fault(slice: number): boolean {
    this.#rollTo(slice)
    this.#writeSuccesses()
    void this.#circuit.fire()
    this.#forgetLatencies()
    if (!this.#circuit.opened) return false
    this.#circuit.close()
    return true
  }

  /** What it holds in that slice of time. */
  counts(slice: number): WindowCounts {
    this.#rollTo(slice)
    this.#writeSuccesses()
    const { fires, failures } = this.#circuit.stats
    return { calls: fires, faults: failures }
  }

  /** Nothing was counted in the whole window before that slice of time. */
  isIdle(slice: number): boolean {
    return slice - this.#slice >= SLICES
  }

  /** Ends its use: it holds on to nothing outside. */
  close(): void {
    this.#circuit.shutdown()
  }

  #rollTo(slice: number): void {
    if (slice <= this.#slice) return
    this.#writeSuccesses()
    const passed = Math.min(SLICES, slice - this.#slice)
    for (let count = 0; count < passed; count++) this.#rotation.emit('rotate')
    this.#slice = slice
  }

  #writeSuccesses(): void {
    if (this.#successes === 0) return
    const [current] = this.#circuit.status.window
    if (current) current.fires += this.#successes
    this.#successes = 0
  }

  /** opossum keeps one number for each failure until its bucket goes, percentiles or not. */
  #forgetLatencies(): void {
    const [current] = this.#circuit.status.window
    if (current) current.latencyTimes.length = 0
  }
}

function fail(): Promise<void> {
  throw FAULT
}
