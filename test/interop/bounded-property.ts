import * as fc from 'fast-check'

/** How long checking a property may take, in milliseconds. */
export interface PropertyBounds {
  /** One run; a run that takes longer has failed. */
  readonly runMs: number
  /** All runs and the search for the smallest counterexample. */
  readonly totalMs: number
}

/**
 * Checks that the property holds in that many runs, within bounds. Rejects with the smallest counterexample that was found in
 * time, or because time was over before all runs were done: too slow is not the same as true. Prints its seed.
 */
export async function assertWithin<Args>(
  { runMs, totalMs }: PropertyBounds,
  numRuns: number,
  arbitrary: fc.Arbitrary<Args>,
  holds: (value: Args) => Promise<void>,
): Promise<void> {
  await fc.assert(fc.asyncProperty(arbitrary, holds), {
    numRuns,
    timeout: runMs,
    interruptAfterTimeLimit: totalMs,
    markInterruptAsFailure: true,
  })
}
