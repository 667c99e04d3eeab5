import type { Row } from './budget-table.ts'
import type { Run } from './experiment.ts'
import { colourOf, plotOf } from './run-plot.ts'
import { scaleOf, type Scale } from './scenario.ts'
import { SCHEMES } from './schemes.ts'

/** Regions beyond which a legend would only be noise. */
const MOST_NAMED = 12

const STYLE = `
:root{color-scheme:light dark;--line:#8884;--bad:#c23b3b}
body{font:14px/1.5 system-ui,sans-serif;max-width:1000px;margin:2rem auto;padding:0 1rem}
.wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.2rem .7rem;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
th:first-child{text-align:left;font-weight:400}.missed,.broken{color:var(--bad);font-weight:600}
h2{margin:2.2rem 0 .3rem;font-size:1.15rem}figure{margin:.4rem 0 1rem}figcaption{opacity:.75}
svg{width:100%;height:auto}svg text{font-size:11px;fill:currentColor;opacity:.7}
.budget{stroke:var(--bad);stroke-width:1.2}.event{stroke:currentColor;stroke-dasharray:2 3}
.legend span{display:inline-block;margin-right:1rem}.legend i{display:inline-block;width:.8em;height:.8em;margin-right:.35em}`

/** A page that needs nothing else: the table, and for each scenario what the regions admitted under each scheme. */
export function renderReport(runs: readonly Run[], rows: readonly Row[], scale: Scale): string {
  const { regions, sidecars, budget } = scale
  const scenarios = Map.groupBy(runs, ({ scenario }) => scenario.name)
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Shared budgets, simulated</title><style>${STYLE}</style>
<h1>Shared budgets, simulated</h1>
<p>${regions} regions of ${sidecars} ${sidecars === 1 ? 'sidecar' : 'sidecars'}, one budget of ${budget.rate.toLocaleString('en')} units a second
and a burst of ${budget.burst.toLocaleString('en')}. Each plot shows what the regions admitted, stacked; the red line is the budget, a dotted line is when
something breaks or heals. Red figures miss their target.</p>
<div class="wide">${tableOf(runs, rows)}</div>${legendOf(regions)}${[...scenarios.values()].map((own) => sectionOf(own, scale)).join('')}</html>`
}

function tableOf(runs: readonly Run[], rows: readonly Row[]): string {
  const present = SCHEMES.filter(({ name }) => runs.some(({ scheme }) => scheme.name === name))
  const head = ['', 'target', ...present.map(({ title }) => title)].map((text) => `<th>${escape(text)}</th>`).join('')
  const body = rows.map((row) => {
    const cells = present.map(({ name }) => {
      const isMissed = row.isMet === false && name === 'leases'
      return `<td${isMissed ? ' class="missed"' : ''}>${escape(row.values.get(name) ?? '-')}</td>`
    })
    return `<tr><th>${escape(row.title)}</th><td>${escape(row.target)}</td>${cells.join('')}</tr>`
  })
  return `<table><tr>${head}</tr>${body.join('')}</table>`
}

function legendOf(regions: number): string {
  if (regions > MOST_NAMED) return ''
  const names = Array.from(
    { length: regions },
    (_, region) => `<span><i style="background:${colourOf(region, regions)}"></i>region ${region}</span>`,
  )
  return `<p class="legend">${names.join('')}</p>`
}

function sectionOf(runs: readonly Run[], scale: Scale): string {
  const figures = runs.map((run) => {
    const own = scaleOf(scale, run.scenario)
    const excess = run.checker.worstExcess / own.budget.burst
    const verdict =
      excess > 1 + 1e-6
        ? ` · <span class="broken">broke the promise: ${excess.toFixed(1)} B in excess of R·dt</span>`
        : ''
    return `<figure><figcaption>${escape(run.scheme.title)}${verdict}</figcaption>${plotOf(run, own)}</figure>`
  })
  return `<h2>${escape(runs[0]?.scenario.title ?? '')}</h2>${figures.join('')}`
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
