import type { BreakerView } from '@spillway/inspect'
import type { InspectorClient } from '@spillway/inspect/client'
import { Interruption } from '../inspector-session.ts'
import { redrawn, styled, type Style, type Terminal } from '../terminal.ts'
import { textTable, type Column } from '../text-table.ts'

const COLUMNS: readonly Column<BreakerView>[] = [
  { title: 'BREAKER', text: ({ name }) => name },
  { title: 'STATE', text: ({ state, mode }) => (mode === 'enforce' ? words(state) : `${words(state)} (${mode})`) },
  {
    title: 'ERR%',
    isNumber: true,
    text: ({ calls, failures }) => (calls === 0 ? '-' : ((100 * failures) / calls).toFixed(1)),
  },
  { title: 'WINDOW', text: ({ calls, windowMs }) => `${calls} in ${windowMs / 1_000} s` },
  { title: 'OPENS', text: ({ thresholdPercent, minCalls }) => `above ${thresholdPercent} % of ${minCalls}` },
  {
    title: 'NEXT PROBE',
    text: ({ nextProbeMs }) => (nextProbeMs === undefined ? '-' : `${(nextProbeMs / 1_000).toFixed(1)} s`),
  },
  { title: 'FALLBACK', text: ({ fallbackRules }) => (fallbackRules.length === 0 ? '-' : fallbackRules.join(', ')) },
  { title: 'LAST REASON', text: ({ lastTransition }) => lastTransition?.reason ?? '-' },
]

const STYLES: Readonly<Record<BreakerView['state'], Style>> = { closed: 'green', half_open: 'yellow', open: 'red' }

/** `spillway breakers`: every breaker as it is now. */
export async function listBreakers(inspector: InspectorClient, isJson: boolean, terminal: Terminal): Promise<number> {
  show(await inspector.listBreakers(), isJson, terminal)
  return 0
}

/** `spillway breakers --watch`: the same again after each change, until Ctrl-C. */
export async function watchBreakers(inspector: InspectorClient, isJson: boolean, terminal: Terminal): Promise<number> {
  using interruption = new Interruption()
  const known = new Map<string, BreakerView>()
  for await (const { breakers, removed } of inspector.watchBreakers([], { signal: interruption.signal })) {
    for (const breaker of breakers) known.set(breaker.name, breaker)
    for (const name of removed) known.delete(name)
    if (isJson) terminal.out(`${JSON.stringify({ breakers, removed })}\n`)
    else {
      const text = table([...known.values()], terminal)
      terminal.out(terminal.isTty ? redrawn(terminal, text) : text)
    }
  }
  return 0
}

/** `spillway breakers trip|reset <name>`: changes one by hand and shows how it is then. */
export async function changeBreaker(
  inspector: InspectorClient,
  change: 'trip' | 'reset',
  name: string,
  reason: string,
  isJson: boolean,
  terminal: Terminal,
): Promise<number> {
  const breaker =
    change === 'trip' ? await inspector.tripBreaker(name, reason) : await inspector.resetBreaker(name, reason)
  show([breaker], isJson, terminal)
  return 0
}

function show(breakers: readonly BreakerView[], isJson: boolean, terminal: Terminal): void {
  if (isJson) terminal.out(`${JSON.stringify({ breakers })}\n`)
  else if (breakers.length === 0) terminal.out('no breakers yet: a method has one from its first call on\n')
  else terminal.out(table(breakers, terminal))
}

function table(breakers: readonly BreakerView[], terminal: Terminal): string {
  return textTable(COLUMNS, breakers, (line, { state }) => styled(terminal, STYLES[state], line))
}

function words(state: BreakerView['state']): string {
  return state.replace('_', '-').toUpperCase()
}
