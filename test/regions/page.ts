import { POLICIES, type Policy } from './admission-log.ts'
import { secondsOf } from './figures.ts'
import { TITLES, classTableOf, phaseTableOf, tableOf, verdictOf } from './report.ts'
import { TERMS } from './terms.ts'
import type { TourResult } from './tour-result.ts'

const COLORS: Readonly<Record<Policy, string>> = { leases: '#0a7d5a', static: '#b26a00', central: '#5b5bd6' }

/** The plot in user units: numbers of events stand below it, those of the axis to its left. */
const PLOT = { left: 44, right: 1_080, top: 14, bottom: 300, height: 335 }

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 1180px; padding: 0 1rem; color: #222 }
svg { width: 100%; height: auto } text { font-size: 11px; fill: #555 }
pre { font-size: 12.5px; line-height: 1.45; overflow-x: auto; background: #f6f6f4; padding: .8rem 1rem; border-radius: 6px }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin-top: 2rem } .key b { margin-right: 1.2rem }
`

/** A page that needs nothing else: calls per second over the tour, with its events, and the tables. */
export function pageOf(result: TourResult): string {
  const { joint, advisories, mostAllocators } = result
  const told = [...advisories].map(([kind, count]) => `${kind} ${count}`).join(', ')
  const key = POLICIES.map((policy) => `<b style="color:${COLORS[policy]}">${TITLES[policy]}</b>`).join('')
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Spillway: three regions</title><style>${STYLE}</style>
<h1>Three regions joined by ${joint}</h1>
<p>One budget of ${TERMS.share.rate} calls per second, burst ${TERMS.share.burst}, a floor of 10 % for each region. ${verdictOf(result)}.</p>
<svg viewBox="0 0 1120 ${PLOT.height}" role="img" aria-label="calls served per second">${plotOf(result)}</svg>
<p class="key">${key}<b style="color:#999">offered</b>dashed: the budget; shaded: faults and the time after them; numbers: the events of the tables</p>
<h2>The whole tour</h2><pre>${tableOf(result)}</pre>
<h2>From event to event</h2><pre>${phaseTableOf(result)}</pre>
<h2>Ours by class</h2><pre>${classTableOf(result)}</pre>
<p>At most ${mostAllocators} allocator at a time. Advisories: ${told || 'none'}.</p></html>
`
}

function plotOf(result: TourResult): string {
  const { phases, logs } = result
  const span = { fromMs: phases[0]?.span.fromMs ?? 0, toMs: phases.at(-1)?.span.toMs ?? 1 }
  const offered = secondsOf(logs.get('leases')?.calls ?? [], span).map((second) => second.offered / second.share)
  const most = 100 * Math.ceil(Math.max(TERMS.share.rate, ...offered) / 100)
  const x = (atMs: number): number =>
    PLOT.left + ((PLOT.right - PLOT.left) * (atMs - span.fromMs)) / Math.max(1, span.toMs - span.fromMs)
  const y = (count: number): number => PLOT.bottom - (count / most) * (PLOT.bottom - PLOT.top)
  const line = (values: readonly number[], style: string): string => {
    const points = values.map(
      (value, second) => `${x(span.fromMs + (second + 0.5) * 1_000).toFixed(1)},${y(value).toFixed(1)}`,
    )
    return `<polyline fill="none" ${style} points="${points.join(' ')}"/>`
  }
  const across = (count: number, style: string): string =>
    `<line x1="${PLOT.left}" x2="${PLOT.right}" y1="${y(count)}" y2="${y(count)}" ${style}/>`
  const ticks = Array.from({ length: most / 100 + 1 }, (_, index) => index * 100)
  const lines = [...POLICIES].reverse().map((policy) => {
    const seconds = secondsOf(logs.get(policy)?.calls ?? [], span)
    const style = `stroke="${COLORS[policy]}" stroke-width="${policy === 'leases' ? 2 : 1.2}"`
    return line(
      seconds.map(({ admitted, share }) => admitted / share),
      style,
    )
  })
  return [
    ...phases.map((phase, index) => eventOf(phase, index, x)),
    ...ticks.map((count) => across(count, 'stroke="#e4e4e0"')),
    ...ticks.map((count) => `<text x="${PLOT.left - 8}" y="${y(count) + 4}" text-anchor="end">${count}</text>`),
    line(offered, 'stroke="#bbb"'),
    ...lines,
    across(TERMS.share.rate, 'stroke="#333" stroke-dasharray="5 4"'),
  ].join('\n')
}

/** A mark with the number that the event has in the tables; numbers stand in two rows, so that close ones can be read. */
function eventOf({ kind, span }: TourResult['phases'][number], index: number, x: (atMs: number) => number): string {
  const [left, right] = [x(span.fromMs), x(span.toMs)]
  const height = PLOT.bottom - PLOT.top
  const low = PLOT.bottom + (index % 2 === 0 ? 6 : 18)
  const shade = `<rect x="${left}" y="${PLOT.top}" width="${right - left}" height="${height}" fill="#f4efe6"/>`
  const mark = `<line x1="${left}" x2="${left}" y1="${PLOT.top}" y2="${low}" stroke="#ccc"/>`
  const name = `<text x="${left}" y="${low + 11}" text-anchor="middle">${index + 1}</text>`
  return (kind === 'fault' ? shade : '') + mark + name
}
