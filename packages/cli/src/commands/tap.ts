import type { TapEvent, TapFilter } from '@spillway/inspect'
import type { InspectorClient } from '@spillway/inspect/client'
import { Interruption } from '../inspector-session.ts'
import { styled, type Terminal } from '../terminal.ts'

/** `spillway tap`: calls as they end, one line each, until Ctrl-C. */
export async function tap(
  inspector: InspectorClient,
  filter: TapFilter,
  isJson: boolean,
  terminal: Terminal,
): Promise<number> {
  using interruption = new Interruption()
  for await (const { events, dropped } of inspector.tap(filter, interruption.signal)) {
    for (const event of events) terminal.out(`${isJson ? JSON.stringify(event) : line(event, terminal)}\n`)
    if (dropped > 0) terminal.err(`spillway: ${dropped} more calls are not shown (--max-per-second)\n`)
  }
  return 0
}

function line(event: TapEvent, terminal: Terminal): string {
  const time = new Date(event.atMs).toISOString().slice(11, 23)
  const what = event.rule === '' ? event.decision : `${event.decision} by ${event.rule}`
  const times = `${event.totalMs.toFixed(1)}ms (queued ${event.queuedMs.toFixed(1)}, upstream ${event.upstreamMs.toFixed(1)})`
  const text = `${time} ${event.direction} ${event.path} ${event.class} ${what} ${event.status} ${times} from ${event.peer}`
  return event.decision === 'forwarded' ? text : styled(terminal, 'yellow', text)
}
