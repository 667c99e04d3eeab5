import { Status } from '@spillway/call'
import type { Clock } from '@spillway/clock'
import { pino, type Logger } from 'pino'
import type { SidecarEvent } from './event.ts'
import { eventName } from './event-name.ts'
import type { Sample } from './metric-list.ts'
import { LineLimit, defaultLineLimitConfig, type LineLimitConfig } from './line-limit.ts'
import { logFields } from './log-fields.ts'

/** Where lines go; each ends with a line feed. A file, a pipe, an array of a test. */
export interface LogDestination {
  write(line: string): void
}

/** How much the decision log says. */
export interface DecisionLogConfig {
  /** Every so many calls that went well, one line; 0 for none. */
  readonly successEvery: number
  readonly limit: LineLimitConfig
  /** On every line, for instance `{ service: 'inference', region: 'eu-west' }`. */
  readonly base: Readonly<Record<string, string>>
}

/** One of a thousand successes, and the default limit for everything. */
export const defaultDecisionLogConfig: DecisionLogConfig = {
  successEvery: 1_000,
  limit: defaultLineLimitConfig,
  base: {},
}

/**
 * The decision log: one JSON object a line, with a stable `event` name. Calls that went well are sampled, everything is
 * limited by event name, and the next line of that name says how many were left out.
 */
export class DecisionLog {
  readonly #config: DecisionLogConfig
  readonly #limit: LineLimit
  readonly #logger: Logger
  #successes = 0

  constructor(destination: LogDestination, config: DecisionLogConfig, clock: Clock) {
    this.#config = config
    this.#limit = new LineLimit(config.limit)
    this.#logger = pino(
      {
        base: { ...config.base },
        timestamp: () => `,"time":"${new Date(clock.wallMs()).toISOString()}"`,
        formatters: { level: (label) => ({ level: label }) },
      },
      destination,
    )
  }

  /** Writes a line about the event of `nowMs` (monotonic), or leaves it out and counts it. */
  record(event: SidecarEvent, nowMs: number): void {
    if (event.kind === 'call_ended' && isRoutine(event) && !this.#isSampled()) return
    const name = eventName(event)
    const suppressed = this.#limit.admit(name, nowMs)
    if (suppressed === undefined) return
    const fields = { event: name, ...logFields(event), ...(suppressed > 0 ? { suppressed } : {}) }
    if (isWarning(event)) this.#logger.warn(fields)
    else this.#logger.info(fields)
  }

  /** Tells what was left out and never told. Call it before the process ends. */
  close(): void {
    for (const { name, count } of this.#limit.takeUntold()) {
      this.#logger.info({ event: 'LinesSuppressed', of: name, suppressed: count })
    }
  }

  /** Lines left out since the start, for metrics. */
  *suppressed(): Generator<Sample> {
    for (const { name, count } of this.#limit.totals()) yield { labels: { event: name }, value: count }
  }

  #isSampled(): boolean {
    if (this.#config.successEvery <= 0) return false
    this.#successes = (this.#successes + 1) % this.#config.successEvery
    return this.#successes === 0
  }
}

function isRoutine(call: Extract<SidecarEvent, { kind: 'call_ended' }>): boolean {
  return call.decision.kind === 'forwarded' && (call.outcome === 'success' || call.status === Status.OK)
}

function isWarning(event: SidecarEvent): boolean {
  switch (event.kind) {
    case 'config_rejected':
    case 'rule_failed':
    case 'usage_unsaved':
    case 'advice_raised':
      return true
    case 'bus_changed':
      return event.change !== 'connected'
    case 'lease_changed':
      return event.change === 'cut_off'
    case 'breaker_changed':
      return event.to === 'open'
    case 'operator_action':
      return !event.isAllowed
    case 'drain_ended':
      return event.cut > 0
    default:
      return false
  }
}
