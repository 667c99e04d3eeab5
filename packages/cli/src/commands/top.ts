import type { ListenerView, MethodStatsView } from '@spillway/inspect'
import type { InspectorClient, MethodsSnapshot } from '@spillway/inspect/client'
import { Interruption } from '../inspector-session.ts'
import { redrawn, type Terminal } from '../terminal.ts'
import { textTable, type Column } from '../text-table.ts'

const METHODS: readonly Column<MethodStatsView>[] = [
  {
    title: 'METHOD',
    text: ({ path, direction }) => `${direction === 'inbound' ? '>' : '<'} ${path.replace(/^\//, '')}`,
  },
  { title: 'CLASS', text: (row) => row.class },
  { title: 'RATE/S', isNumber: true, text: (row) => row.ratePerSecond.toFixed(1) },
  { title: 'OK%', isNumber: true, text: (row) => row.okPercent.toFixed(1) },
  { title: 'DEGRADED%', isNumber: true, text: (row) => row.degradedPercent.toFixed(1) },
  { title: 'P50', isNumber: true, text: (row) => milliseconds(row.p50Ms) },
  { title: 'P99', isNumber: true, text: (row) => milliseconds(row.p99Ms) },
  { title: 'QUEUED', isNumber: true, text: (row) => milliseconds(row.queueMeanMs) },
  { title: 'REFUSED/S', isNumber: true, text: (row) => row.refusedPerSecond.toFixed(1) },
  { title: 'IN FLIGHT', isNumber: true, text: (row) => String(row.inFlight) },
]

/** How `spillway top` is to show. */
export interface TopOptions {
  /** Glob over the paths. */
  readonly method: string
  /** One picture, then the end. */
  readonly isOnce: boolean
  readonly isJson: boolean
}

/** `spillway top`: what each method and class does, until Ctrl-C. The figures cover the last ten seconds. */
export async function top(inspector: InspectorClient, options: TopOptions, terminal: Terminal): Promise<number> {
  using interruption = new Interruption()
  for await (const snapshot of inspector.watchMethods(options.method, { signal: interruption.signal })) {
    if (options.isJson) terminal.out(`${JSON.stringify(snapshot)}\n`)
    else {
      const text = picture(snapshot)
      terminal.out(terminal.isTty && !options.isOnce ? redrawn(terminal, text) : text)
    }
    if (options.isOnce) break
  }
  return 0
}

function picture({ methods, listeners }: MethodsSnapshot): string {
  const rows = [...methods].sort((left, right) => left.path.localeCompare(right.path))
  const calls = rows.length === 0 ? 'no calls in the last ten seconds\n' : textTable(METHODS, rows)
  return `${listeners.map(listenerLine).join('')}${calls}`
}

function listenerLine({ direction, upstream, limit, inUse, queues, mode }: ListenerView): string {
  const waiting = queues.filter(({ queued }) => queued > 0).map((queue) => `${queue.class} ${queue.queued}`)
  const queue = waiting.length === 0 ? 'empty' : waiting.join(', ')
  return `${direction === 'inbound' ? '>' : '<'} ${upstream}: ${inUse} of ${limit} seats, queue ${queue}${mode === 'enforce' ? '' : ` (${mode})`}\n`
}

function milliseconds(ms: number): string {
  return ms >= 1_000 ? `${(ms / 1_000).toFixed(1)}s` : `${ms.toFixed(ms < 10 ? 1 : 0)}ms`
}
