import type { Act } from '../acts/act.ts'
import { DEMO_CLASSES } from '../load/demo-class.ts'
import type { Summary } from '../load/tally.ts'
import { formatMs, formatRate, formatShare } from './format.ts'

/** The columns of {@link actRows}. */
export const ACT_COLUMNS = [
  'class',
  'offered',
  'success',
  'degraded',
  'p50',
  'p99',
  'goodput',
  'shed',
  'busy',
  'failed',
  'late',
] as const

/** One row for each class and one for all of them, as text. */
export function actRows(act: Act): string[][] {
  const seconds = act.durationMs / 1_000
  return [...DEMO_CLASSES.map((name) => row(name, act.tally.of(name), seconds)), row('all', act.tally.total(), seconds)]
}

function row(label: string, { offered, fates, p50Ms, p99Ms }: Summary, seconds: number): string[] {
  return [
    label,
    String(offered),
    formatShare(fates.ok, offered),
    formatShare(fates.degraded, offered),
    formatMs(p50Ms),
    formatMs(p99Ms),
    formatRate(fates.ok, seconds),
    String(fates.refused),
    String(fates.busy),
    String(fates.failed + fates.unsent),
    String(fates.deadline),
  ]
}
