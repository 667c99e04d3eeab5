import { escapeHtml } from './escape-html.ts'

/** One kind of thing in a stack of bars. */
export interface Series {
  readonly name: string
  /** Class of its rectangles; the page's style gives it a colour. */
  readonly style: string
  /** One value a second. */
  readonly values: readonly number[]
}

/** A time on the x axis that deserves a look. */
export interface Span {
  readonly fromSecond: number
  readonly toSecond: number
  readonly label: string
  /** Class of the shade or ribbon. */
  readonly style: string
}

/** Stacked bars, one stack a second. */
export interface BarChart {
  readonly title: string
  /** Bottom to top. */
  readonly series: readonly Series[]
  readonly seconds: number
  /** Top of the y axis; charts to be compared share it. */
  readonly top: number
  /** A horizontal line and what it means. */
  readonly line?: { readonly value: number; readonly label: string }
  /** Named above the bars, with a line where each begins. */
  readonly phases: readonly Span[]
  /** A ribbon below the bars. */
  readonly ribbon?: readonly Span[]
  /** As wide as the page and not half of it, in letters of the same size. */
  readonly isWide?: boolean
}

/** Of a chart that takes half of the page. */
const WIDTH = 560
/** Of one that takes all of it, its margins and the gap between two halves included. */
const WIDE = 1_180
const LEFT = 38
const TOP = 22
const HEIGHT = 150
const RIBBON = 14

/** The chart as one `<figure>` with an inline SVG. */
export function barChart(chart: BarChart): string {
  const bottom = TOP + HEIGHT + (chart.ribbon === undefined ? 0 : RIBBON + 6)
  const parts = [
    axis(chart),
    ...chart.phases.map((span) => phaseMark(chart, span)),
    ...bars(chart),
    chart.line === undefined ? '' : horizontal(chart, chart.line),
    ...(chart.ribbon ?? []).map((span) => ribbonPiece(chart, span)),
    seconds(chart, bottom),
  ]
  const legend = chart.series.map(({ name, style }) => `<span class="key ${style}">${escapeHtml(name)}</span>`).join('')
  return (
    `<figure><figcaption>${escapeHtml(chart.title)}${legend}</figcaption>` +
    `<svg viewBox="0 0 ${widthOf(chart)} ${bottom + 20}" role="img" aria-label="${escapeHtml(chart.title)}">${parts.join('')}</svg></figure>`
  )
}

function widthOf({ isWide }: BarChart): number {
  return isWide === true ? WIDE : WIDTH
}

/** A round number at or above all the sums of the series. */
export function roundTop(charts: readonly (readonly Series[])[]): number {
  const highest = Math.max(1, ...charts.flatMap((series) => sums(series)))
  const unit = 10 ** Math.floor(Math.log10(highest))
  return Math.ceil(highest / (unit / 2)) * (unit / 2)
}

function sums(series: readonly Series[]): number[] {
  const length = Math.max(0, ...series.map(({ values }) => values.length))
  return Array.from({ length }, (_, second) => series.reduce((sum, { values }) => sum + (values[second] ?? 0), 0))
}

function x(chart: BarChart, second: number): number {
  return LEFT + ((widthOf(chart) - LEFT) * Math.min(second, chart.seconds)) / chart.seconds
}

function y(top: number, value: number): number {
  return TOP + HEIGHT * (1 - Math.min(1, value / top))
}

function px(value: number): string {
  return value.toFixed(1)
}

function axis(chart: BarChart): string {
  const { top } = chart
  const marks = [0, top / 2, top]
  return marks
    .map((value) => {
      const at = px(y(top, value))
      return `<line class="grid" x1="${LEFT}" x2="${widthOf(chart)}" y1="${at}" y2="${at}"/><text class="tick" x="${LEFT - 6}" y="${at}" dy="4" text-anchor="end">${value}</text>`
    })
    .join('')
}

function phaseMark(chart: BarChart, { fromSecond, toSecond, label, style }: Span): string {
  const from = x(chart, fromSecond)
  const width = x(chart, toSecond) - from
  return (
    `<rect class="phase ${style}" x="${px(from)}" y="${TOP - 16}" width="${px(width)}" height="${HEIGHT + 16}"/>` +
    `<text class="phase-label" x="${px(from + width / 2)}" y="${TOP - 5}" text-anchor="middle">${escapeHtml(label)}</text>`
  )
}

function bars(chart: BarChart): string[] {
  const heights: number[] = []
  const width = Math.max(1, (widthOf(chart) - LEFT) / chart.seconds - 1.5)
  return chart.series.flatMap(({ name, style, values }) =>
    values.slice(0, Math.ceil(chart.seconds)).map((value, second) => {
      const base = heights[second] ?? 0
      heights[second] = base + value
      if (value === 0) return ''
      const from = y(chart.top, base + value)
      const left = x(chart, second)
      const height = y(chart.top, base) - from
      return `<rect class="${style}" x="${px(left)}" y="${px(from)}" width="${px(Math.min(width, widthOf(chart) - left))}" height="${px(height)}"><title>second ${second + 1}: ${value} ${escapeHtml(name)}</title></rect>`
    }),
  )
}

function horizontal(chart: BarChart, { value, label }: { value: number; label: string }): string {
  const at = px(y(chart.top, value))
  return `<line class="limit" x1="${LEFT}" x2="${widthOf(chart)}" y1="${at}" y2="${at}"/><text class="limit-label" x="${LEFT + 4}" y="${at}" dy="-4">${escapeHtml(label)}</text>`
}

function ribbonPiece(chart: BarChart, { fromSecond, toSecond, label, style }: Span): string {
  const from = x(chart, fromSecond)
  const width = x(chart, toSecond) - from
  const text = `<text class="ribbon-label" x="${px(from + 4)}" y="${TOP + HEIGHT + 16}">${escapeHtml(label)}</text>`
  return (
    `<rect class="ribbon ${style}" x="${px(from)}" y="${TOP + HEIGHT + 6}" width="${px(Math.max(1, width - 1))}" height="${RIBBON}"><title>${escapeHtml(label)}</title></rect>` +
    (width > 50 ? text : '')
  )
}

function seconds(chart: BarChart, bottom: number): string {
  const marks = [0, Math.round(chart.seconds / 2), Math.round(chart.seconds)]
  return marks
    .map((second, index) => {
      const anchor = ['start', 'middle', 'end'][index] ?? 'middle'
      return `<text class="tick" x="${px(x(chart, second))}" y="${bottom + 15}" text-anchor="${anchor}">${second} s</text>`
    })
    .join('')
}
