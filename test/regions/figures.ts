import type { Decision } from './admission-log.ts'
import { TERMS } from './terms.ts'

/** What one way of sharing did with the calls of a tour. */
export interface Figures {
  /** Largest number of calls that any interval admitted beyond R·dt, over B. The promise holds while it is at most 1. */
  readonly worstOfBurst: number
  /** Admitted, over what the budget and the demand together allowed, second by second. */
  readonly utilisation: number
  readonly admitted: number
  readonly offered: number
  /** Part of the critical calls that was admitted. */
  readonly criticalServed: number
  /** For each second: offered, admitted. */
  readonly seconds: readonly (readonly [number, number])[]
}

/** Judges every interval of the whole log for the promise, and the time from `startMs` to `endMs` for the other figures. */
export function figuresOf(decisions: readonly Decision[], startMs: number, endMs: number): Figures {
  const counted = decisions.filter(({ atMs }) => atMs >= startMs && atMs < endMs)
  const critical = counted.filter(({ tier }) => tier === 0)
  const seconds = binned(decisions, startMs, endMs)
  const possible = seconds.reduce((sum, [offered]) => sum + Math.min(offered, TERMS.share.rate), 0)
  const admitted = seconds.reduce((sum, [, count]) => sum + count, 0)
  return {
    worstOfBurst: worstExcess(decisions) / TERMS.share.burst,
    utilisation: possible > 0 ? admitted / possible : 0,
    admitted: decisions.filter(({ isAdmitted }) => isAdmitted).length,
    offered: decisions.length,
    criticalServed: critical.filter(({ isAdmitted }) => isAdmitted).length / Math.max(1, critical.length),
    seconds,
  }
}

/**
 * Largest number of units that any interval admitted beyond `rate * dt`: the level of a virtual bucket that leaks at that
 * rate and takes every admission in, at its highest.
 */
export function worstExcess(decisions: readonly Decision[]): number {
  let level = 0
  let worst = 0
  let lastMs = decisions[0]?.atMs ?? 0
  for (const { atMs, isAdmitted } of decisions) {
    if (!isAdmitted) continue
    level = Math.max(0, level - (TERMS.share.rate * (atMs - lastMs)) / 1_000) + 1
    lastMs = atMs
    worst = Math.max(worst, level)
  }
  return worst
}

function binned(decisions: readonly Decision[], startMs: number, endMs: number): (readonly [number, number])[] {
  const bins = Array.from(
    { length: Math.max(1, Math.floor((endMs - startMs) / 1_000)) },
    () => [0, 0] as [number, number],
  )
  for (const { atMs, isAdmitted } of decisions) {
    const bin = bins[Math.floor((atMs - startMs) / 1_000)]
    if (!bin) continue
    bin[0]++
    if (isAdmitted) bin[1]++
  }
  return bins
}
