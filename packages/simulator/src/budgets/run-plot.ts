import type { Run } from './experiment.ts'
import type { Scale } from './scenario.ts'

const WIDTH = 760
const HEIGHT = 150
/** Room beside the plot for the numbers of its axes. */
const LEFT = 44
const RIGHT = 20
const BOTTOM = 18
const TOP = 14
const POINTS = 380
/** The plot reaches so far above the budget at least. */
const HEADROOM = 1.15

/** What the regions of one run admitted, stacked, as an SVG picture: time to the right, rate upward, the budget as a line. */
export function plotOf({ scenario, recording, endMs }: Run, { regions, budget, warmMs }: Scale): string {
  const fromMs = scenario.startMs === 0 ? 0 : warmMs - 2_000
  const binMs = Math.max(200, Math.ceil((endMs - fromMs) / POINTS / recording.sampleMs) * recording.sampleMs)
  const bins = Math.floor((endMs - fromMs) / binMs)
  const bands = stack(
    Array.from({ length: regions }, (_, region) =>
      Array.from({ length: bins }, (_, bin) => {
        const before = recording.at(fromMs + bin * binMs)?.admittedByRegion[region] ?? 0
        const after = recording.at(fromMs + (bin + 1) * binMs)?.admittedByRegion[region] ?? 0
        return ((after - before) * 1_000) / binMs
      }),
    ),
  )
  const most = Math.max(HEADROOM * budget.rate, ...(bands.at(-1) ?? []))
  const x = (ms: number): string => (LEFT + ((ms - fromMs) * WIDTH) / (endMs - fromMs)).toFixed(1)
  const y = (rate: number): string => (TOP + HEIGHT * (1 - rate / most)).toFixed(1)
  const middle = (bin: number): string => x(fromMs + (bin + 0.5) * binMs)
  const areas = bands.map((upper, region) => {
    const lower = bands[region - 1] ?? upper.map(() => 0)
    const there = upper.map((rate, bin) => `${middle(bin)},${y(rate)}`)
    const back = lower.map((rate, bin) => `${middle(bin)},${y(rate)}`).toReversed()
    return `<polygon fill="${colourOf(region, regions)}" points="${[...there, ...back].join(' ')}"/>`
  })
  const axes = [...timeAxis(fromMs, endMs, x), ...rateAxis(budget.rate, most, y)]
  const marks = scenario.events.map(({ atMs }) => line(x(atMs), x(atMs), String(TOP), y(0), 'class="event"'))
  const size = `0 0 ${LEFT + WIDTH + RIGHT} ${TOP + HEIGHT + BOTTOM}`
  return `<svg viewBox="${size}" role="img" aria-label="admitted units a second by region">${[...areas, ...axes, ...marks].join('')}</svg>`
}

/** The colour of a region: neighbours differ in hue as far as there are hues, and in lightness beyond. */
export function colourOf(region: number, regions: number): string {
  const hues = Math.min(regions, 12)
  const hue = Math.round((360 * (region % hues)) / hues + 210) % 360
  return `hsl(${hue} 52% ${50 + 8 * (Math.floor(region / hues) % 4)}%)`
}

/** The upper edges of the bands. */
function stack(rates: readonly (readonly number[])[]): number[][] {
  const edges: number[][] = []
  for (const band of rates) {
    const below = edges.at(-1)
    edges.push(band.map((rate, bin) => rate + (below?.[bin] ?? 0)))
  }
  return edges
}

/** Seconds of virtual time, in steps that leave room for their numbers. */
function timeAxis(fromMs: number, endMs: number, x: (ms: number) => string): string[] {
  const stepMs =
    [1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 600_000].find((step) => (endMs - fromMs) / step <= 14) ?? 3_600_000
  const marks: string[] = []
  for (let ms = Math.ceil(fromMs / stepMs) * stepMs; ms <= endMs; ms += stepMs) {
    marks.push(text(x(ms), String(TOP + HEIGHT + 13), 'middle', `${ms / 1_000} s`))
  }
  return marks
}

/** Fractions of the budget; the whole of it as a line across. */
function rateAxis(rate: number, most: number, y: (rate: number) => string): string[] {
  const step = [0.5, 1, 2, 5, 10, 100, 1_000].find((each) => most / rate / each <= 4) ?? 10_000
  const marks = [line(String(LEFT), String(LEFT + WIDTH), y(rate), y(rate), 'class="budget"')]
  for (let part = 0; part * rate <= most; part += step) {
    marks.push(
      text(String(LEFT - 6), String(Number(y(part * rate)) + 4), 'end', part === 1 ? 'budget' : `${100 * part} %`),
    )
  }
  return step > 1 ? [...marks, text(String(LEFT - 6), String(Number(y(rate)) + 4), 'end', 'budget')] : marks
}

function line(x1: string, x2: string, y1: string, y2: string, attributes: string): string {
  return `<line x1="${x1}" x2="${x2}" y1="${y1}" y2="${y2}" ${attributes}/>`
}

function text(x: string, y: string, anchor: string, content: string): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}">${content}</text>`
}
