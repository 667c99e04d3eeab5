import type { Row } from './budget-table.ts'
import type { Run } from './experiment.ts'
import type { Scale } from './scenario.ts'
import { SCHEMES } from './schemes.ts'

const WIDTH = 760
const HEIGHT = 170
const POINTS = 380
const COLOURS = ['#2f6fdd', '#d9822b', '#3a9a5b', '#b0459a', '#7a7a7a', '#c23b3b', '#00838f', '#8d6e1f']

/** A page that needs nothing else: the table, and for every run what the regions admitted, stacked, under the line of the rate. */
export function renderReport(runs: readonly Run[], rows: readonly Row[], scale: Scale): string {
  const present = SCHEMES.filter(({ name }) => runs.some(({ scheme }) => scheme.name === name))
  const head = ['', 'target', ...present.map(({ title }) => title)].map((text) => `<th>${escape(text)}</th>`).join('')
  const body = rows.map((row) => {
    const cells = present.map(({ name }) => `<td>${escape(row.values.get(name) ?? '-')}</td>`).join('')
    return `<tr class="${row.isMet === false ? 'missed' : ''}"><th>${escape(row.title)}</th><td>${escape(row.target)}</td>${cells}</tr>`
  })
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Shared budgets, simulated</title><style>
body{font:14px/1.5 system-ui,sans-serif;max-width:1000px;margin:2rem auto;padding:0 1rem;color:#222}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}th,td{padding:.2rem .7rem;text-align:right;border-bottom:1px solid #ddd}
th:first-child{text-align:left;font-weight:400}.missed td{color:#c23b3b}figure{margin:1.5rem 0}figcaption{font-weight:600}svg{width:100%;height:auto}
</style><h1>Shared budgets, simulated</h1>
<p>${scale.regions} regions, ${scale.sidecars} sidecars each, ${scale.budget.rate} units a second. Each plot: what the regions admitted,
stacked, by second; the line is the budget.</p>
<table><tr>${head}</tr>${body.join('')}</table>${runs.map((run) => figureOf(run, scale)).join('')}</html>`
}

function figureOf({ scheme, scenario, recording, endMs }: Run, { regions, budget, warmMs }: Scale): string {
  const fromMs = scenario.startMs === 0 ? 0 : warmMs - 2_000
  const binMs = Math.max(200, Math.ceil((endMs - fromMs) / POINTS / recording.sampleMs) * recording.sampleMs)
  const bins = Math.floor((endMs - fromMs) / binMs)
  const bottom = Array.from({ length: bins }, () => 0)
  const x = (bin: number): string => ((bin * WIDTH) / bins).toFixed(1)
  const y = (rate: number): string => (HEIGHT * (1 - Math.min(1.5, rate / budget.rate) / 1.5)).toFixed(1)
  const bands: string[] = []
  for (let region = 0; region < regions; region++) {
    const lower = bottom.map((rate, bin) => `${x(bin)},${y(rate)}`)
    for (let bin = 0; bin < bins; bin++) {
      const before = recording.at(fromMs + bin * binMs)?.admittedByRegion[region] ?? 0
      const after = recording.at(fromMs + (bin + 1) * binMs)?.admittedByRegion[region] ?? 0
      bottom[bin] = (bottom[bin] ?? 0) + ((after - before) * 1_000) / binMs
    }
    const upper = bottom.map((rate, bin) => `${x(bin)},${y(rate)}`)
    const colour = COLOURS[region % COLOURS.length] ?? '#888'
    bands.push(`<polygon fill="${colour}" points="${[...upper, ...lower.toReversed()].join(' ')}"/>`)
  }
  const marks = scenario.events.map(({ atMs }) => {
    const at = (((atMs - fromMs) * WIDTH) / (endMs - fromMs)).toFixed(1)
    return `<line x1="${at}" x2="${at}" y1="0" y2="${HEIGHT}" stroke="#000" stroke-dasharray="2 3"/>`
  })
  const line = `<line x1="0" x2="${WIDTH}" y1="${y(budget.rate)}" y2="${y(budget.rate)}" stroke="#c23b3b"/>`
  return `<figure><figcaption>${escape(scenario.title)} · ${escape(scheme.title)}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="admitted units a second by region">${bands.join('')}${line}${marks.join('')}</svg></figure>`
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
