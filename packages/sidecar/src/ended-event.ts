import { PriorityClass, Status, type Outcome, type Peer } from '@spillway/call'
import { FORWARDED, type CallEnded, type CallSeries, type Decision, type Direction } from '@spillway/telemetry'

const NOBODY: Peer = { kind: 'anonymous', id: '' }

/** The event of a call that is over, written over for each call: whoever is told reads it on the spot. */
export class EndedEvent implements CallEnded {
  readonly kind = 'call_ended'
  readonly direction: Direction
  series: CallSeries
  path = ''
  rank: PriorityClass = PriorityClass.standard
  tenant = ''
  peer = NOBODY
  upstream = ''
  decision: Decision = FORWARDED
  status: Status = Status.OK
  isOwnStatus = false
  outcome: Outcome = 'success'
  endedMs = 0
  totalMs = 0
  queuedMs = 0
  upstreamMs = 0

  /** `series` is the first call's. */
  constructor(direction: Direction, series: CallSeries) {
    this.direction = direction
    this.series = series
  }
}
