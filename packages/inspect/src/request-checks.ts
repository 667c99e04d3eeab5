import { CALLER_CLASSES, PriorityClass, REFUSAL_FORMS, className } from '@spillway/call'
import type { ChangeBreakerRequest, TapRequest } from './messages.ts'
import { invalid, type RpcFault } from './rpc-fault.ts'
import type { TapFilter } from './views.ts'

const DEFAULT_INTERVAL_MS = 1_000
const LONGEST_NAME = 512
const LONGEST_REASON = 200
const MOST_NAMES = 100
const CLASS_NAMES: readonly string[] = [...CALLER_CLASSES, PriorityClass.system].map(className)
const DECISIONS: readonly string[] = ['forwarded', 'answered', ...Object.keys(REFUSAL_FORMS)]

/** The interval of a stream, 1,000 for 0. */
export function checkInterval(intervalMs: number): number | RpcFault {
  if (intervalMs === 0) return DEFAULT_INTERVAL_MS
  const isAllowed = intervalMs >= 100 && intervalMs <= 60_000
  return isAllowed ? intervalMs : invalid(`interval_ms: ${intervalMs} is not between 100 and 60000`)
}

/** A name, or a glob. */
export function checkName(field: string, name: string): RpcFault | undefined {
  return name.length > LONGEST_NAME ? invalid(`${field}: longer than ${LONGEST_NAME} characters`) : undefined
}

/** A list of names. */
export function checkNames(field: string, names: readonly string[]): RpcFault | undefined {
  if (names.length > MOST_NAMES) return invalid(`${field}: ${names.length} names, at most ${MOST_NAMES} are allowed`)
  return names.map((name) => checkName(field, name)).find((fault) => fault !== undefined)
}

/** A request to trip or reset. */
export function checkChange({ name, reason }: ChangeBreakerRequest): RpcFault | undefined {
  if (name === '') return invalid('name: missing; ListBreakers shows all names')
  if (reason.length > LONGEST_REASON) return invalid(`reason: longer than ${LONGEST_REASON} characters`)
  return checkName('name', name)
}

/** The filter of a tap. */
export function checkTap(request: TapRequest): TapFilter | RpcFault {
  const { method, classes, decisions, minTotalMs, sample, maxPerSecond } = request
  const fault =
    checkName('method', method) ??
    checkAllowed('classes', classes, CLASS_NAMES) ??
    checkAllowed('decisions', decisions, DECISIONS) ??
    checkRange('min_total_ms', minTotalMs, 0, Number.MAX_VALUE) ??
    checkRange('sample', sample, 0, 1) ??
    checkRange('max_per_second', maxPerSecond, 0, 1_000)
  if (fault !== undefined) return fault
  return {
    classes,
    decisions,
    minTotalMs,
    ...(method === '' ? {} : { method }),
    ...(sample === 0 ? {} : { sample }),
    ...(maxPerSecond === 0 ? {} : { maxPerSecond }),
  }
}

function checkAllowed(field: string, values: readonly string[], allowed: readonly string[]): RpcFault | undefined {
  const wrong = values.find((value) => !allowed.includes(value))
  if (wrong === undefined) return undefined
  return invalid(`${field}: ${JSON.stringify(wrong.slice(0, LONGEST_NAME))} is none of ${allowed.join(', ')}`)
}

function checkRange(field: string, value: number, least: number, most: number): RpcFault | undefined {
  if (value >= least && value <= most) return undefined
  return invalid(
    most === Number.MAX_VALUE
      ? `${field}: ${value} is negative`
      : `${field}: ${value} is not between ${least} and ${most}`,
  )
}
