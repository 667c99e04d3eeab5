import type { Act } from '../acts/act.ts'
import type { DemoResult } from '../demo-result.ts'
import { ACT_COLUMNS, actRows } from './act-table.ts'
import { textTable } from './text-table.ts'

/** The tables of the three acts and what they show, as lines. */
export function textReport({ without, behind, faults, verdict }: DemoResult): string[] {
  const acts = [without, behind, faults.act]
  return [
    '',
    'measured: success = real answers within the deadline, counted from when a call was due; p50 and p99 of those alone',
    ...acts.flatMap(actTable),
    '',
    ...verdict.findings.map(({ holds, text }) => `${holds ? '  yes  ' : '  NO   '} ${text}`),
    '',
    verdictLine(verdict.findings.filter(({ holds }) => !holds).length),
  ]
}

function actTable(act: Act): string[] {
  const rows = textTable([ACT_COLUMNS, ...actRows(act)])
  return ['', `act ${act.number}  ${act.title}`, ...rows.map((row) => `  ${row}`)]
}

function verdictLine(missed: number): string {
  if (missed === 0) return 'verdict: everything came out as hoped'
  return `verdict: ${missed} of the hopes above did not come out in this run; a busy machine is the usual reason`
}
