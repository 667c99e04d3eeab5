import type { Recording, Sample } from './recording.ts'
import { idealRates, type Scale, type Scenario } from './scenario.ts'

/** The part of a share that must be reached for a shift to count as done. */
const REACHED = 0.9

/** Admitted, as a fraction of what could have been: of the rate, or of what was asked for if that was less. */
export function utilisation(recording: Recording, { budget }: Scale, fromMs: number, toMs: number): number {
  return recording.admittedRate(fromMs, toMs) / Math.min(budget.rate, recording.offeredRate(fromMs, toMs))
}

/**
 * For each shift the time until the region had nine tenths of its new share and kept it to the next shift, in milliseconds;
 * Infinity where it never had.
 */
export function shiftTimes(recording: Recording, scale: Scale, { shifts, demand, endMs }: Scenario): number[] {
  return shifts.map(({ atMs, region }, index) => {
    const untilMs = Math.min(shifts[index + 1]?.atMs ?? endMs, atMs + 10_000)
    const ideal = idealRates(scale, demand, atMs)[region] ?? 0
    let reachedMs = Number.POSITIVE_INFINITY
    for (let nowMs = untilMs - recording.sampleMs; nowMs >= atMs; nowMs -= recording.sampleMs) {
      if (recording.rateAt(region, nowMs) < REACHED * ideal) break
      reachedMs = nowMs - atMs
    }
    return reachedMs
  })
}

/** How long after `fromMs` nobody shared the budget out, in milliseconds. */
export function leaderlessMs(recording: Recording, fromMs: number): number {
  const after = recording.samples.filter(({ nowMs }) => nowMs > fromMs)
  const first = after.findIndex(({ hasAllocator }) => !hasAllocator)
  if (first < 0) return 0
  const back = after.findIndex(({ hasAllocator }, index) => index > first && hasAllocator)
  return back < 0 ? Number.POSITIVE_INFINITY : (after[back]?.nowMs ?? 0) - fromMs
}

/** The least that all regions together held between two times, in units per second. */
export function leastHeld(recording: Recording, fromMs: number, toMs: number): number {
  const between = recording.samples.filter(({ nowMs }) => nowMs > fromMs && nowMs <= toMs)
  return Math.min(...between.map(heldBy))
}

/**
 * How long after `fromMs` all regions together, or the one that is named, held less than that rate, in milliseconds; 0 if they always
 * had it.
 */
export function lackMs(recording: Recording, rate: number, fromMs: number, toMs: number, region?: number): number {
  for (let nowMs = toMs; nowMs > fromMs; nowMs -= recording.sampleMs) {
    const sample = recording.at(nowMs)
    const held = sample === undefined ? 0 : region === undefined ? heldBy(sample) : (sample.held[region] ?? 0)
    if (held < rate) return nowMs - fromMs
  }
  return 0
}

function heldBy({ held }: Sample): number {
  return held.reduce<number>((sum, part) => sum + (part ?? 0), 0)
}

/** The value that the fraction `part` of all values do not exceed. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN
}
