import type { BudgetView } from '@spillway/inspect'
import type { InspectorClient } from '@spillway/inspect/client'
import { Interruption } from '../inspector-session.ts'
import { redrawn, styled, type Terminal } from '../terminal.ts'
import { textTable, type Column } from '../text-table.ts'

const COLUMNS: readonly Column<BudgetView>[] = [
  { title: 'BUDGET', text: ({ name, mode }) => (mode === 'enforce' ? name : `${name} (${mode})`) },
  { title: 'REGION', text: ({ region }) => region },
  { title: 'SHARE/S', isNumber: true, text: ({ ratePerSecond }) => amount(ratePerSecond) },
  { title: 'OF', isNumber: true, text: ({ totalRatePerSecond }) => amount(totalRatePerSecond) },
  { title: 'LEVEL', isNumber: true, text: ({ level, burst }) => `${amount(level)}/${amount(burst)}` },
  { title: 'DEMAND/S', isNumber: true, text: ({ demandPerSecond }) => amount(demandPerSecond) },
  { title: 'BY CLASS', text: byClass },
  { title: 'USED', isNumber: true, text: ({ usedEver }) => amount(usedEver) },
  { title: 'REFUSED', isNumber: true, text: ({ refusedTotal }) => amount(refusedTotal) },
  { title: 'EPOCH', isNumber: true, text: ({ epoch }) => (epoch === 0 ? '-' : String(epoch)) },
  { title: 'TERMS', text: terms },
  { title: 'LEASE', text: lease },
]

/** How `spillway budgets` is to show. */
export interface BudgetsOptions {
  /** One picture, then the end. */
  readonly isOnce: boolean
  readonly isJson: boolean
}

/** `spillway budgets`: each budget's share, demand and offices as of now and every second, until Ctrl-C. */
export async function budgets(
  inspector: InspectorClient,
  options: BudgetsOptions,
  terminal: Terminal,
): Promise<number> {
  using interruption = new Interruption()
  for await (const views of inspector.watchBudgets({ signal: interruption.signal })) {
    if (options.isJson) terminal.out(`${JSON.stringify({ budgets: views })}\n`)
    else {
      const text = picture(views, terminal)
      terminal.out(terminal.isTty && !options.isOnce ? redrawn(terminal, text) : text)
    }
    if (options.isOnce) break
  }
  return 0
}

function picture(views: readonly BudgetView[], terminal: Terminal): string {
  if (views.length === 0) return 'no budgets are configured\n'
  return textTable(COLUMNS, views, (line, { isCutOff }) => (isCutOff ? styled(terminal, 'yellow', line) : line))
}

/** Which terms of the whole budget are in force, and how far their last change has got. */
function terms({ termsEpoch, termsRevision, termsPhase }: BudgetView): string {
  return termsPhase === '' ? '-' : `${termsEpoch}.${termsRevision} ${termsPhase}`
}

/** Where the share comes from, and what this process is to the others. */
function lease({ isShared, isCutOff, isStarting, isAggregator, isAllocator }: BudgetView): string {
  if (!isShared) return 'local'
  const offices = [...(isAggregator ? ['aggregator'] : []), ...(isAllocator ? ['allocator'] : [])]
  const held = isCutOff ? 'CUT OFF' : 'held'
  return [isStarting ? 'starting' : held, ...offices].join(', ')
}

function byClass({ classes }: BudgetView): string {
  const wanted = classes.filter(({ demandPerSecond }) => demandPerSecond >= 0.05)
  return wanted.map((one) => `${one.class} ${amount(one.demandPerSecond)}`).join(' ') || '-'
}

function amount(value: number): string {
  return Math.abs(value) >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(1)
}
