import { CALLER_CLASSES, parseClassName, type PriorityClass } from '@spillway/call'
import { parseDurationMs } from './duration.ts'
import type { Layers } from './layers.ts'
import type { BreakerPolicy } from './method-policy.ts'
import { DEFAULT_BREAKER } from './method-policy.ts'
import type { ProblemList } from './problem-list.ts'
import type { Setting } from './settings.ts'

/** The class of an enum setting: `CRITICAL`. */
export function classOf(setting: Setting | undefined): PriorityClass | undefined {
  const rank = parseClassName((setting?.text ?? '').toLowerCase())
  return CALLER_CLASSES.find((known) => known === rank)
}

/** A duration above zero; undefined when it is not set, or reported. */
export function durationMs(key: string, setting: Setting | undefined, problems: ProblemList): number | undefined {
  if (setting === undefined) return undefined
  const { text } = setting
  const value = parseDurationMs(text)
  if (value !== undefined && value > 0) return value
  const message =
    value === undefined
      ? `${key}: "${text}" is no duration (a number and one of us, ms, s, m, h)`
      : `${key}: "${text}" should be longer than nothing`
  problems.error(setting.place, message, 'write a duration like "250ms"')
  return undefined
}

/** The breaker in force, its own settings over the defaults. */
export function breakerPolicy(layers: Layers, problems: ProblemList): BreakerPolicy {
  const numbers = new NumberReader(layers, problems)
  const openMs = durationMs('breaker.open', layers.one('breaker.open'), problems)
  const maxOpenMs = durationMs('breaker.max_open', layers.one('breaker.max_open'), problems)
  const policy: BreakerPolicy = {
    errorPercent: numbers.read('breaker.error_percent', 0, 100) ?? DEFAULT_BREAKER.errorPercent,
    minCalls: numbers.read('breaker.min_calls', 0, MAX_COUNT) ?? DEFAULT_BREAKER.minCalls,
    windowMs: durationMs('breaker.window', layers.one('breaker.window'), problems) ?? DEFAULT_BREAKER.windowMs,
    openMs: openMs ?? Math.min(DEFAULT_BREAKER.openMs, maxOpenMs ?? DEFAULT_BREAKER.openMs),
    maxOpenMs: maxOpenMs ?? Math.max(DEFAULT_BREAKER.maxOpenMs, openMs ?? DEFAULT_BREAKER.maxOpenMs),
    probes: numbers.read('breaker.probes', 0, MAX_COUNT) ?? DEFAULT_BREAKER.probes,
  }
  const longest = layers.one('breaker.max_open')
  if (longest && policy.maxOpenMs < policy.openMs)
    problems.error(longest.place, `breaker.max_open: "${longest.text}" is shorter than breaker.open`, 'make it longer')
  return policy
}

/** What counts of calls may be at most: beyond it, the setting is surely a mistake. */
const MAX_COUNT = 1_000_000

class NumberReader {
  readonly #layers: Layers
  readonly #problems: ProblemList

  constructor(layers: Layers, problems: ProblemList) {
    this.#layers = layers
    this.#problems = problems
  }

  /** A number above `floor`, at most `most`; undefined when it is not set, or reported. */
  read(key: string, floor: number, most: number): number | undefined {
    const setting = this.#layers.one(key)
    if (setting === undefined) return undefined
    const value = Number(setting.text)
    if (value > floor && value <= most) return value
    const message = `${key}: ${setting.text} should be above ${floor} and at most ${most}`
    this.#problems.error(setting.place, message, 'write a number in that range')
    return undefined
  }
}
