import { POLICIES, type Policy } from './admission-log.ts'
import { servedOf, type Figures } from './figures.ts'
import { CLASSES, TERMS } from './terms.ts'
import { figuresIn, figuresOfAll, phasesOf, type Phase, type TourResult } from './tour-result.ts'

/** What each way of sharing is called. */
export const TITLES: Readonly<Record<Policy, string>> = {
  leases: 'leases (ours)',
  static: 'static split',
  central: 'central counter',
}

/** Rows of cells, their heads first. */
export type Rows = readonly (readonly string[])[]

/** The closing table: one line for each way of sharing. */
export function tableOf(result: TourResult): string {
  return aligned(closingRowsOf(result))
}

/** The cells of {@link tableOf}. */
export function closingRowsOf(result: TourResult): Rows {
  const all = figuresOfAll(result)
  const calm = figuresIn(result, [...phasesOf(result, 'calm'), ...phasesOf(result, 'surge')])
  const surges = phasesOf(result, 'surge')
  const surge = figuresIn(result, surges)
  const settled = figuresIn(result, surges.map(afterOneSecond))
  const head = [
    '',
    'worst excess / B',
    'utilisation',
    '.. without faults',
    'critical served',
    '.. in the surge',
    '.. after 1 s of it',
    'served',
  ]
  const rows = POLICIES.map((policy) => {
    const figures = all.get(policy)
    const { admitted = [], offered = [] } = figures ?? {}
    return [
      TITLES[policy],
      figures?.worstOfBurst.toFixed(2) ?? '',
      percent(figures?.utilisation),
      percent(calm.get(policy)?.utilisation),
      percent(criticalServed(figures)),
      percent(criticalServed(surge.get(policy))),
      percent(criticalServed(settled.get(policy))),
      `${sum(admitted)} of ${sum(offered)}`,
    ]
  })
  return [head, ...rows]
}

/** The same figures between one event and the next: ours, static split, central counter. */
export function phaseTableOf(result: TourResult): string {
  return `ours, static split, central counter\n${aligned(phaseRowsOf(result))}`
}

/** The cells of {@link phaseTableOf}. */
export function phaseRowsOf(result: TourResult): Rows {
  const head = ['', 'from', 'event', 'utilisation %', 'critical served %', 'worst excess / B']
  const startMs = result.phases[0]?.span.fromMs ?? 0
  const rows = result.phases.map((phase, index) => {
    const figures = figuresIn(result, [phase])
    const each = (format: (one: Figures) => string, width: number): string =>
      POLICIES.map((policy) => format(figures.get(policy) ?? NOTHING).padStart(width)).join(' ')
    const from = `${((phase.span.fromMs - startMs) / 1_000).toFixed(0)} s`
    return [
      `${index + 1}`.padStart(2),
      from,
      phase.label,
      each(({ utilisation }) => (100 * utilisation).toFixed(0), 3),
      each((one) => (100 * servedOf(one, 0)).toFixed(1), 5),
      each(({ worstOfBurst }) => worstOfBurst.toFixed(2), 4),
    ]
  })
  return [head, ...rows]
}

/**
 * What ours offered and served between one event and the next, by class and in calls per second; and how many calls reached no sidecar
 * that could decide, critical ones and all.
 */
export function classTableOf(result: TourResult): string {
  return aligned(classRowsOf(result))
}

/** The cells of {@link classTableOf}. */
export function classRowsOf(result: TourResult): Rows {
  const head = [
    '',
    'from',
    'event',
    ...CLASSES.map((name) => `${name}: offered/s, served`),
    'nobody there: critical, all',
  ]
  const startMs = result.phases[0]?.span.fromMs ?? 0
  const rows = result.phases.map((phase, index) => {
    const figures = figuresIn(result, [phase]).get('leases') ?? NOTHING
    const cells = CLASSES.map((_, tier) => {
      const perSecond = ((figures.offered[tier] ?? 0) * 1_000) / lengthMs(phase)
      return `${perSecond.toFixed(0).padStart(4)}  ${(100 * servedOf(figures, tier)).toFixed(1).padStart(5)} %`
    })
    return [
      `${index + 1}`.padStart(2),
      `${((phase.span.fromMs - startMs) / 1_000).toFixed(0)} s`,
      phase.label,
      ...cells,
      `${figures.lost[0] ?? 0}, ${sum(figures.lost)}`,
    ]
  })
  return [head, ...rows]
}

/** The sentence that says whether the promise held over the whole log of the apps. */
export function verdictOf(result: TourResult): string {
  const { rate, burst } = TERMS.share
  const admissions = result.logs.get('leases')?.admissions.length ?? 0
  return isKept(result)
    ? `kept: of ${admissions} calls that reached the apps no interval had more than ${burst} + ${rate}/s`
    : `BROKEN: an interval had more than ${burst} + ${rate}/s`
}

/** The promise held. Without a single call nothing is proved. */
export function isKept(result: TourResult): boolean {
  const admissions = result.logs.get('leases')?.admissions.length ?? 0
  return admissions > 0 && (figuresOfAll(result).get('leases')?.worstOfBurst ?? Infinity) <= 1
}

const NOTHING: Figures = { worstOfBurst: 0, utilisation: 0, offered: [], admitted: [], lost: [] }

function criticalServed(figures: Figures | undefined): number | undefined {
  return figures && servedOf(figures, 0)
}

/** Pre-emption may take a second. */
function afterOneSecond(phase: Phase): Phase {
  const { fromMs, toMs } = phase.span
  return { ...phase, span: { fromMs: Math.min(toMs, fromMs + 1_000), toMs } }
}

function lengthMs({ span }: Phase): number {
  return Math.max(1, span.toMs - span.fromMs)
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}

function percent(part: number | undefined): string {
  return part === undefined ? '' : `${(part * 100).toFixed(1)} %`
}

function aligned(rows: Rows): string {
  const columns = Math.max(...rows.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
  return lines.map((line) => line.trimEnd()).join('\n')
}
