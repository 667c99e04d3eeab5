import { POLICIES, type Policy } from './admission-log.ts'
import { secondsOf, servedOf, type Second } from './figures.ts'
import { TITLES, classRowsOf, closingRowsOf, isKept, phaseRowsOf, verdictOf } from './report.ts'
import { TERMS } from './terms.ts'
import { plotOf, wholeOf, type PlotLine } from './tour-plot.ts'
import { figuresOfAll, type TourResult } from './tour-result.ts'

const COLORS: Readonly<Record<Policy, string>> = { leases: '#0a7d5a', static: '#b26a00', central: '#5b5bd6' }

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 1180px; padding: 0 1rem; color: #222 }
svg { width: 100%; height: auto } svg text { font-size: 11px; fill: #555 }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin: 2rem 0 .3rem } .key b { margin-right: 1.2rem }
.figures { display: flex; flex-wrap: wrap; gap: 1rem } .figures div { flex: 1 1 220px; border-top: 3px solid; padding-top: .4rem }
.figures strong { font-size: 1.9rem; display: block; white-space: nowrap } .figures small { color: #555; display: block }
.scroll { overflow-x: auto } table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: .2rem .7rem .2rem 0; border-bottom: 1px solid #e4e4e0; white-space: pre } th { color: #555 }
`

/** A page that needs nothing else: what became of the important calls and of all, with the events of the tour, and the tables. */
export function pageOf(result: TourResult): string {
  const { joint, advisories, mostAllocators, phases } = result
  const told = [...advisories].map(([kind, count]) => `${kind} ${count}`).join(', ')
  const key = POLICIES.map((policy) => `<b style="color:${COLORS[policy]}">${TITLES[policy]}</b>`).join('')
  const events = 'shaded: faults and the time after them; numbers: the events of the tables'
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Spillway: three regions</title><style>${STYLE}</style>
<h1>Three regions joined by ${joint}</h1>
<p>One budget of ${TERMS.share.rate} calls per second, burst ${TERMS.share.burst}, a floor of 10 % for each region. ${verdictOf(result)}.</p>
<div class="figures">${headlinesOf(result)}</div>
<h2>Critical calls that were served</h2>
${plotOf({ label: 'critical calls served, percent', phases, most: 100, step: 25, unit: ' %', mark: 100 }, criticalLines(result))}
<p class="key">${key}${events}</p>
<h2>All calls that were served, per second</h2>
${allPlot(result)}
<p class="key">${key}<b style="color:#999">offered</b>dashed: the budget; ${events}</p>
<h2>The whole tour</h2>${tableOf(closingRowsOf(result))}
<h2>From event to event: ours, static split, central counter</h2>${tableOf(phaseRowsOf(result))}
<h2>Ours by class</h2>${tableOf(classRowsOf(result))}
<p>At most ${mostAllocators} allocator at a time. Advisories: ${told || 'none'}.</p></html>
`
}

function headlinesOf(result: TourResult): string {
  const all = figuresOfAll(result)
  const cards = POLICIES.map((policy) => {
    const figures = all.get(policy)
    const served = figures === undefined ? 0 : servedOf(figures, 0)
    const worst = figures?.worstOfBurst ?? 0
    const promise =
      policy === 'leases' && !isKept(result) ? 'promise BROKEN' : `worst excess ${worst.toFixed(2)} of the burst`
    return `<div style="border-color:${COLORS[policy]}">${TITLES[policy]}<strong>${(100 * served).toFixed(1)} %</strong>
<small>of critical calls served</small><small>${promise}</small></div>`
  })
  return cards.join('\n')
}

/** Seconds without a critical call have no value. */
function criticalLines({ phases, logs }: TourResult): PlotLine[] {
  const span = wholeOf(phases)
  return linesOf((policy) => {
    const critical = (logs.get(policy)?.calls ?? []).filter(({ tier }) => tier === 0)
    return secondsOf(critical, span).map(({ offered, admitted }) =>
      offered > 0 ? (100 * admitted) / offered : undefined,
    )
  })
}

function allPlot({ phases, logs }: TourResult): string {
  const span = wholeOf(phases)
  const perSecond = (policy: Policy, count: (second: Second) => number): number[] =>
    secondsOf(logs.get(policy)?.calls ?? [], span).map((second) => count(second) / second.share)
  const offered = perSecond('leases', (second) => second.offered)
  const most = 100 * Math.ceil(Math.max(TERMS.share.rate, ...offered) / 100)
  return plotOf({ label: 'calls served per second', phases, most, step: 100, unit: '', mark: TERMS.share.rate }, [
    { values: offered, color: '#bbb', width: 1 },
    ...linesOf((policy) => perSecond(policy, ({ admitted }) => admitted)),
  ])
}

/** Ours last, so that it lies on top. */
function linesOf(valuesOf: (policy: Policy) => PlotLine['values']): PlotLine[] {
  return [...POLICIES].reverse().map((policy) => ({
    values: valuesOf(policy),
    color: COLORS[policy],
    width: policy === 'leases' ? 2 : 1.2,
  }))
}

function tableOf([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[], tag: 'th' | 'td'): string =>
    `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`
  return `<div class="scroll"><table>${line(head, 'th')}${rows.map((row) => line(row, 'td')).join('\n')}</table></div>`
}
