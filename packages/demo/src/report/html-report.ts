import type { Act } from '../acts/act.ts'
import type { DemoResult } from '../demo-result.ts'
import { opening } from '../show/opening.ts'
import { faultChart, stairsCharts } from './act-charts.ts'
import { ACT_COLUMNS, actRows } from './act-table.ts'
import { escapeHtml } from './escape-html.ts'
import { formatMs, formatShare } from './format.ts'
import { REPORT_STYLE } from './report-style.ts'

/** The run as one page that needs nothing else: pictures, tables, and what they show. */
export function htmlReport(result: DemoResult): string {
  const { without, behind, faults } = result
  const [withoutCharts, behindCharts] = stairsCharts([without, behind])
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Spillway demo</title><style>${REPORT_STYLE}</style></head>
<body>
<h1>Spillway: what one run of the demo measured</h1>
${opening()
  .map((line) => `<p>${escapeHtml(line)}</p>`)
  .join('\n')}
<div class="heroes">${heroes(result)}</div>
<div class="acts">
${actSection(without, withoutCharts ?? '')}
${actSection(behind, behindCharts ?? '')}
</div>
${actSection(faults.act, faultChart(faults))}
<section><h2>What it shows</h2><ul>${findings(result)}</ul></section>
<p>Success is a real answer within the deadline, counted from when the call was due, not from when it was sent; p50 and
p99 are those of such answers alone. Bars stand at the second in which calls were due.</p>
</body>
</html>
`
}

function heroes({ without, behind, faults }: DemoResult): string {
  const [before, after] = [highestStep(without), highestStep(behind)]
  return [
    hero(before.share, `of critical calls answered at ${before.label} without a sidecar`),
    hero(after.share, `of critical calls answered at ${after.label} behind the sidecar`),
    hero(`${before.p99} → ${after.p99}`, `p99 of critical answers at ${after.label}`),
    hero(
      `${formatMs(faults.openedMs)} / ${formatMs(faults.recoveredMs)}`,
      'until the breaker opened, and closed after the heal',
    ),
  ].join('')
}

function highestStep(act: Act): { label: string; share: string; p99: string } {
  const phase = act.phases.at(-1)
  const critical = phase?.tally.of('critical')
  return {
    label: phase?.label ?? '',
    share: formatShare(critical?.fates.ok ?? 0, critical?.offered ?? 0),
    p99: formatMs(critical?.p99Ms),
  }
}

function hero(figure: string, meaning: string): string {
  return `<div class="hero"><b>${escapeHtml(figure)}</b><small>${escapeHtml(meaning)}</small></div>`
}

function actSection(act: Act, charts: string): string {
  return `<section><h2>Act ${act.number}: ${escapeHtml(act.title)}</h2>${charts}<div class="scroll">${table(act)}</div></section>`
}

function table(act: Act): string {
  const head = ACT_COLUMNS.map((column) => `<th>${column}</th>`).join('')
  const rows = actRows(act).map((row) => `<tr>${row.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`)
  return `<table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`
}

function findings({ verdict }: DemoResult): string {
  return verdict.findings
    .map(({ holds, text }) => `<li${holds ? '' : ' class="missed"'}>${escapeHtml(text)}</li>`)
    .join('')
}
