import type { BreakerMessage, BreakerStateMessage, BreakerTransitionMessage } from './messages.ts'
import { fromTimestamp, toTimestamp } from './timestamp.ts'
import type { BreakerState, BreakerTransition, BreakerView, Mode } from './views.ts'

const STATE_MESSAGES = {
  closed: 'BREAKER_STATE_CLOSED',
  open: 'BREAKER_STATE_OPEN',
  half_open: 'BREAKER_STATE_HALF_OPEN',
} as const satisfies Record<BreakerState, BreakerStateMessage>

const STATES = {
  BREAKER_STATE_UNSPECIFIED: 'closed',
  BREAKER_STATE_CLOSED: 'closed',
  BREAKER_STATE_OPEN: 'open',
  BREAKER_STATE_HALF_OPEN: 'half_open',
} as const satisfies Record<BreakerStateMessage, BreakerState>

/** A breaker on the wire, with its history. */
export function toBreakerMessage(view: BreakerView): BreakerMessage {
  const { lastTransition } = view
  return {
    ...view,
    state: STATE_MESSAGES[view.state],
    lastTransition: lastTransition === undefined ? null : toTransition(lastTransition),
    history: view.history.map(toTransition),
  }
}

/** A breaker on the wire, as lists have it: without its history. */
export function toListedBreaker(view: BreakerView): BreakerMessage {
  return toBreakerMessage({ ...view, history: [] })
}

/** A breaker from the wire. A state or mode that this version does not know counts as closed, or as enforced. */
export function fromBreakerMessage(message: BreakerMessage): BreakerView {
  const { lastTransition } = message
  return {
    ...message,
    state: STATES[message.state] ?? 'closed',
    mode: toMode(message.mode),
    nextProbeMs: message.nextProbeMs ?? undefined,
    lastTransition: lastTransition === null ? undefined : fromTransition(lastTransition),
    history: message.history.map(fromTransition),
  }
}

function toTransition({ atMs, from, to, reason }: BreakerTransition): BreakerTransitionMessage {
  return { at: toTimestamp(atMs), from: STATE_MESSAGES[from], to: STATE_MESSAGES[to], reason }
}

function fromTransition({ at, from, to, reason }: BreakerTransitionMessage): BreakerTransition {
  return { atMs: fromTimestamp(at), from: STATES[from] ?? 'closed', to: STATES[to] ?? 'closed', reason }
}

function toMode(text: string): Mode {
  return text === 'shadow' || text === 'off' ? text : 'enforce'
}
