import type { TapEventMessage, TapRequest } from './messages.ts'
import { fromTimestamp, toTimestamp } from './timestamp.ts'
import type { TapEvent, TapFilter } from './views.ts'

/** A tapped call on the wire. */
export function toTapMessage({ atMs, ...event }: TapEvent): TapEventMessage {
  return { ...event, at: toTimestamp(atMs) }
}

/** A tapped call from the wire. */
export function fromTapMessage({ at, ...event }: TapEventMessage): TapEvent {
  return { ...event, atMs: fromTimestamp(at) }
}

/** A filter on the wire: what is left out is empty or 0. */
export function toTapRequest(filter: TapFilter): TapRequest {
  return { method: '', classes: [], decisions: [], minTotalMs: 0, sample: 0, maxPerSecond: 0, ...filter }
}
