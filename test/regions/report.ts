import { POLICIES, type Policy } from './admission-log.ts'
import type { Figures } from './figures.ts'
import { TERMS } from './terms.ts'
import type { TourResult } from './tour.ts'

const TITLES: Readonly<Record<Policy, string>> = {
  leases: 'leases (ours)',
  static: 'static split',
  central: 'central counter',
}

const COLORS: Readonly<Record<Policy, string>> = { leases: '#0a7d5a', static: '#b26a00', central: '#5b5bd6' }

/** The closing table, one line for each way of sharing. */
export function tableOf({ figures }: TourResult): string {
  const head = ['', 'worst excess / B', 'utilisation', 'critical served', 'admitted', 'offered']
  return aligned([head, ...POLICIES.map((policy) => rowOf(TITLES[policy], figures.get(policy)))])
}

/** What each way admitted per second between one event and the next. */
export function phasesOf({ figures, script }: TourResult): string {
  const head = ['from', 'event', 'offered/s', ...POLICIES.map((policy) => `${policy}/s`)]
  const rows = script.steps.map(({ atS, label }, index) => {
    const endS = script.steps[index + 1]?.atS ?? script.seconds
    const perSecond = (policy: Policy, column: 0 | 1): string => {
      const seconds = (figures.get(policy)?.seconds ?? []).slice(atS, endS)
      const sum = seconds.reduce((total, second) => total + second[column], 0)
      return (sum / Math.max(1, seconds.length)).toFixed(0)
    }
    return [`${atS} s`, label, perSecond('leases', 0), ...POLICIES.map((policy) => perSecond(policy, 1))]
  })
  return aligned([head, ...rows])
}

function aligned(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(...rows.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
  return lines.map((line) => line.trimEnd()).join('\n')
}

/** The sentence that says whether the promise held over the whole log. */
export function verdictOf({ figures }: TourResult): string {
  const leases = figures.get('leases')
  const { rate, burst } = TERMS.share
  const isKept = leases !== undefined && leases.worstOfBurst <= 1
  return isKept
    ? `kept: of ${leases.admitted} admissions no interval had more than ${burst} + ${rate}/s`
    : `BROKEN: an interval had more than ${burst} + ${rate}/s`
}

/** A page that needs nothing else: admitted per second over the tour, with its events, and the table. */
export function pageOf(result: TourResult): string {
  const { script, joint, figures, advisories } = result
  const told = [...advisories].map(([kind, count]) => `${kind} ${count}`).join(', ')
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Spillway: three regions</title>
<style>body{font:14px system-ui;margin:2rem auto;max-width:1000px}svg{width:100%}text{font-size:10px}pre{font-size:13px}</style>
<h1>Three regions joined by ${joint}</h1>
<p>One budget of ${TERMS.share.rate} per second, burst ${TERMS.share.burst}, floors of 10 %. ${verdictOf(result)}.</p>
<svg viewBox="0 0 1000 420" role="img" aria-label="admitted per second">${plotOf(figures, script.seconds)}${eventsOf(result)}</svg>
<p>${POLICIES.map((policy) => `<b style="color:${COLORS[policy]}">${TITLES[policy]}</b>`).join(' · ')} · grey: offered · dashed: the budget</p>
<pre>${tableOf(result)}</pre><pre>${phasesOf(result)}</pre><p>Advisories: ${told || 'none'}</p></html>
`
}

function rowOf(title: string, figures: Figures | undefined): string[] {
  if (!figures) return [title]
  const { worstOfBurst, utilisation, criticalServed, admitted, offered } = figures
  return [title, worstOfBurst.toFixed(2), percent(utilisation), percent(criticalServed), `${admitted}`, `${offered}`]
}

function percent(part: number): string {
  return `${(part * 100).toFixed(1)} %`
}

function plotOf(figures: ReadonlyMap<Policy, Figures>, seconds: number): string {
  const offered = figures.get('leases')?.seconds ?? []
  const most = Math.max(TERMS.share.rate, ...offered.map(([count]) => count))
  const y = (count: number): number => 300 - (count / most) * 280
  const line = (values: readonly number[], style: string): string => {
    const points = values.map((value, second) => `${((second + 0.5) / seconds) * 1000},${y(value).toFixed(1)}`)
    return `<polyline fill="none" ${style} points="${points.join(' ')}"/>`
  }
  const limit = `<line x1="0" x2="1000" y1="${y(TERMS.share.rate)}" y2="${y(TERMS.share.rate)}" stroke="#333" stroke-dasharray="4"/>`
  const lines = [...POLICIES].reverse().map((policy) => {
    const admitted = (figures.get(policy)?.seconds ?? []).map(([, count]) => count)
    return line(admitted, `stroke="${COLORS[policy]}" stroke-width="1.5"`)
  })
  return (
    line(
      offered.map(([count]) => count),
      'stroke="#bbb"',
    ) +
    limit +
    lines.join('')
  )
}

function eventsOf({ script }: TourResult): string {
  return script.steps
    .map(({ atS, label }) => {
      const x = (atS / script.seconds) * 1000
      return (
        `<line x1="${x}" x2="${x}" y1="0" y2="305" stroke="#ddd"/>` +
        `<text transform="translate(${x + 3},308) rotate(50)">${label}</text>`
      )
    })
    .join('')
}
