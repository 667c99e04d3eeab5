import { className, formatProblem, statusName, type Refusal } from '@spillway/call'
import type { CallEnded, SidecarEvent } from './event.ts'
import { decisionLabel } from './labels.ts'
import { tenantHash } from './tenant-hash.ts'

/** Fields of one line. */
export type LogFields = Record<string, string | number | boolean | readonly string[]>

const LONGEST_TEXT = 256
const MOST_PROBLEMS = 20

/** What a line says about an event. No metadata value, no message content; text that a peer chose is cut to 256. */
export function logFields(event: SidecarEvent): LogFields {
  switch (event.kind) {
    case 'call_ended':
      return callFields(event)
    case 'config_rejected':
      return {
        problems: event.problems.slice(0, MOST_PROBLEMS).map(formatProblem),
        problemCount: event.problems.length,
      }
    case 'class_capped':
      return {
        method: cut(event.path),
        peer: cut(event.peer.id),
        asked: className(event.asked),
        given: className(event.given),
      }
    case 'rule_failed':
      return { method: cut(event.path), rule: event.rule, reason: cut(event.reason) }
    case 'request_unreadable':
      return { method: cut(event.path), reason: event.reason }
    default:
      return plainFields(event)
  }
}

function callFields(call: CallEnded): LogFields {
  return {
    direction: call.direction,
    method: cut(call.path),
    class: className(call.rank),
    upstream: call.upstream,
    decision: decisionLabel(call.decision),
    status: statusName(call.status),
    origin: call.isOwnStatus ? 'sidecar' : 'upstream',
    outcome: call.outcome,
    totalMs: rounded(call.totalMs),
    queuedMs: rounded(call.queuedMs),
    upstreamMs: rounded(call.upstreamMs),
    peer: cut(call.peer.id),
    ...(call.tenant === '' ? {} : { tenantHash: tenantHash(call.tenant) }),
    ...decisionFields(call),
  }
}

function decisionFields({ decision }: CallEnded): LogFields {
  if (decision.kind === 'answered') return { rule: decision.rule, reason: decision.reason }
  return decision.kind === 'refused' ? refusalFields(decision.refusal) : {}
}

function refusalFields(refusal: Refusal): LogFields {
  const pushbackMs = rounded(refusal.pushbackMs)
  switch (refusal.kind) {
    case 'budget_exhausted':
      return { pushbackMs, budget: refusal.budget }
    case 'shed_overload':
      return { pushbackMs, limit: refusal.limit, queued: refusal.queued }
    case 'deadline_infeasible':
      return { pushbackMs, remainingMs: rounded(refusal.remainingMs) }
    case 'breaker_open':
      return { pushbackMs, breaker: refusal.breaker }
    default:
      return { pushbackMs }
  }
}

function plainFields(event: Readonly<Record<string, string | number | boolean>>): LogFields {
  const fields: LogFields = {}
  for (const [key, value] of Object.entries(event)) {
    if (key !== 'kind') fields[key] = typeof value === 'string' ? cut(value) : value
  }
  return fields
}

function cut(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT)}…`
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000
}
