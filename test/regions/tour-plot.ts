import type { Span } from './figures.ts'
import type { TourResult } from './tour-result.ts'

/** One line of a plot: a value for each second from the start; where there is none the line is broken off. */
export interface PlotLine {
  readonly values: readonly (number | undefined)[]
  readonly color: string
  readonly width: number
}

/** What a plot of a tour shows. */
export interface PlotFrame {
  readonly label: string
  readonly phases: TourResult['phases']
  /** Where the vertical axis ends, and how far its marks are apart. */
  readonly most: number
  readonly step: number
  /** Stands behind the numbers of the axis. */
  readonly unit: string
  /** A dashed line across. */
  readonly mark: number
}

/** In user units: numbers of events stand below, those of the axis to the left. */
const PLOT = { left: 52, right: 1_080, top: 14, bottom: 240, height: 275 }

/** From the first event of a tour to its end. */
export function wholeOf(phases: TourResult['phases']): Span {
  return { fromMs: phases[0]?.span.fromMs ?? 0, toMs: phases.at(-1)?.span.toMs ?? 1 }
}

/** An SVG of lines over the time of a tour, with its events; those that are faults are shaded. */
export function plotOf(frame: PlotFrame, lines: readonly PlotLine[]): string {
  const { phases, most, step, unit, mark, label } = frame
  const { fromMs, toMs } = wholeOf(phases)
  const x = (atMs: number): number =>
    PLOT.left + ((PLOT.right - PLOT.left) * (atMs - fromMs)) / Math.max(1, toMs - fromMs)
  const y = (value: number): number => PLOT.bottom - (Math.min(value, most) / most) * (PLOT.bottom - PLOT.top)
  const across = (value: number, style: string): string =>
    `<line x1="${PLOT.left}" x2="${PLOT.right}" y1="${y(value)}" y2="${y(value)}" ${style}/>`
  const ticks = Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step)
  const second = (index: number): string => x(fromMs + (index + 0.5) * 1_000).toFixed(1)
  const parts = [
    ...phases.map((phase, index) => eventOf(phase, index, x)),
    ...ticks.map((value) => across(value, 'stroke="#e4e4e0"')),
    ...ticks.map((value) => `<text x="${PLOT.left - 8}" y="${y(value) + 4}" text-anchor="end">${value}${unit}</text>`),
    ...lines.map(({ values, color, width }) => {
      const points = values.flatMap((value, index) =>
        value === undefined ? [] : [`${second(index)},${y(value).toFixed(1)}`],
      )
      return `<polyline fill="none" stroke="${color}" stroke-width="${width}" points="${points.join(' ')}"/>`
    }),
    across(mark, 'stroke="#333" stroke-dasharray="5 4"'),
  ]
  return `<svg viewBox="0 0 1120 ${PLOT.height}" role="img" aria-label="${label}">${parts.join('\n')}</svg>`
}

/** A mark with the number that the event has in the tables; numbers stand in two rows, so that close ones can be read. */
function eventOf({ kind, span }: TourResult['phases'][number], index: number, x: (atMs: number) => number): string {
  const [left, right] = [x(span.fromMs), x(span.toMs)]
  const height = PLOT.bottom - PLOT.top
  const low = PLOT.bottom + (index % 2 === 0 ? 6 : 18)
  const shade = `<rect x="${left}" y="${PLOT.top}" width="${right - left}" height="${height}" fill="#f4efe6"/>`
  const line = `<line x1="${left}" x2="${left}" y1="${PLOT.top}" y2="${low}" stroke="#ccc"/>`
  const name = `<text x="${left}" y="${low + 11}" text-anchor="middle">${index + 1}</text>`
  return (kind === 'fault' ? shade : '') + line + name
}
