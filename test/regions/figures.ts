import type { Decision } from './admission-log.ts'
import { CLASSES, TERMS } from './terms.ts'

/** What one way of sharing did with the calls of some time. */
export interface Figures {
  /** Largest number of calls that any interval admitted beyond R·dt, over B. The promise holds while it is at most 1. */
  readonly worstOfBurst: number
  /** Admitted, over what the budget and the demand together allowed, second by second. */
  readonly utilisation: number
  readonly offered: readonly number[]
  /** By class, most important first, as are those offered. */
  readonly admitted: readonly number[]
  /** By class, those that nobody decided on; see {@link Decision.isLost}. */
  readonly lost: readonly number[]
}

/** All that is known of one way of sharing. */
export interface PolicyLog {
  /** One for each call, at the time when it was due. */
  readonly calls: readonly Decision[]
  /** One for each call that was admitted, at the time when that was seen, in order. */
  readonly admissions: readonly Decision[]
}

/** A stretch of time in milliseconds. */
export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** The figures of some spans together. */
export function figuresOf(log: PolicyLog, spans: readonly Span[]): Figures {
  const { calls } = log
  const counted = calls.filter(({ atMs }) => spans.some((span) => isIn(span, atMs)))
  const byClass = (decisions: readonly Decision[]): number[] =>
    CLASSES.map((_, index) => decisions.filter(({ tier }) => tier === index).length)
  const seconds = spans.flatMap((span) => secondsOf(calls, span))
  const possible = seconds.reduce((sum, { offered, share }) => sum + Math.min(offered, TERMS.share.rate * share), 0)
  const admitted = seconds.reduce((sum, second) => sum + second.admitted, 0)
  return {
    worstOfBurst: worstOf(log, spans),
    utilisation: possible > 0 ? admitted / possible : 0,
    offered: byClass(counted),
    admitted: byClass(counted.filter(({ isAdmitted }) => isAdmitted)),
    lost: byClass(counted.filter(({ isLost }) => isLost)),
  }
}

/** See {@link Figures.worstOfBurst}. */
export function worstOf({ admissions }: PolicyLog, spans: readonly Span[]): number {
  return worstExcess(admissions, spans) / TERMS.share.burst
}

/** The part of the calls of that class that got in; 1 when none came. */
export function servedOf({ offered, admitted }: Figures, tier: number): number {
  return (offered[tier] ?? 0) > 0 ? (admitted[tier] ?? 0) / (offered[tier] ?? 0) : 1
}

/**
 * Largest number of units that any interval that ends in one of the spans admitted beyond `rate * dt`: the level of a virtual
 * bucket that leaks at that rate and takes every admission in, at its highest. Intervals may begin anywhere.
 */
export function worstExcess(admissions: readonly Decision[], spans: readonly Span[]): number {
  let level = 0
  let worst = 0
  let lastMs = admissions[0]?.atMs ?? 0
  for (const { atMs } of admissions) {
    level = Math.max(0, level - (TERMS.share.rate * (atMs - lastMs)) / 1_000) + 1
    lastMs = atMs
    if (level > worst && spans.some((span) => isIn(span, atMs))) worst = level
  }
  return worst
}

/** Calls of one second, or of the part `share` of it that is left at the end of a span. */
export interface Second {
  readonly share: number
  readonly offered: number
  readonly admitted: number
}

/** Second by second. */
export function secondsOf(calls: readonly Decision[], { fromMs, toMs }: Span): Second[] {
  const bins = Array.from({ length: Math.max(0, Math.ceil((toMs - fromMs) / 1_000)) }, (_, second) => ({
    share: Math.min(1, (toMs - fromMs) / 1_000 - second),
    offered: 0,
    admitted: 0,
  }))
  for (const { atMs, isAdmitted } of calls) {
    const bin = atMs < toMs ? bins[Math.floor((atMs - fromMs) / 1_000)] : undefined
    if (!bin) continue
    bin.offered++
    if (isAdmitted) bin.admitted++
  }
  return bins
}

function isIn({ fromMs, toMs }: Span, atMs: number): boolean {
  return atMs >= fromMs && atMs < toMs
}
