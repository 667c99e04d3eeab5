import type { Random } from '@spillway/clock'
import { DEMO_CLASSES, type ByClass, type DemoClass } from './demo-class.ts'

/** A time with one rate. */
export interface Step {
  readonly perSecond: number
  readonly durationMs: number
}

/** A call that is to be sent. */
export interface Arrival {
  /** When, in milliseconds from the start of the load. */
  readonly dueMs: number
  readonly name: DemoClass
}

/**
 * A Poisson process through steps of different rates: what many independent callers look like. The gaps are exponential;
 * at the end of a step the next gap starts anew with the next rate, which a process without memory allows.
 *
 * `shares` says how much of the load each class is; they need not add up to one.
 */
export function* arrivals(steps: readonly Step[], shares: ByClass<number>, random: Random): Generator<Arrival, void> {
  let stepStartMs = 0
  for (const step of steps) {
    const stepEndMs = stepStartMs + step.durationMs
    const meanGapMs = 1_000 / step.perSecond
    let dueMs = stepStartMs + exponential(meanGapMs, random)
    while (dueMs < stepEndMs) {
      yield { dueMs, name: pick(shares, random) }
      dueMs += exponential(meanGapMs, random)
    }
    stepStartMs = stepEndMs
  }
}

function exponential(mean: number, random: Random): number {
  return -mean * Math.log(1 - random.next())
}

function pick(shares: ByClass<number>, random: Random): DemoClass {
  let rest = random.next() * (shares.critical + shares.standard + shares.sheddable)
  for (const name of DEMO_CLASSES) {
    rest -= shares[name]
    if (rest < 0) return name
  }
  return 'sheddable'
}
