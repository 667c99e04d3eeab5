import type { Scene } from './tour.ts'
import { CLASSES } from './terms.ts'

const CLEAR_LINE = '\u001B[2K'
const WIDTH = 10

/** One line that says what goes on. */
export function sceneLine({ atS, label, allocators, regions, advisories }: Scene): string {
  const shares = [...regions].map(
    ([region, { rate, cutOff }]) =>
      `${region} ${rate.toFixed(0).padStart(3)}/s${cutOff > 0 ? ` (${cutOff} cut off)` : ''}`,
  )
  const leader = allocators.join(' and ') || 'nobody'
  return `${atS.toFixed(0).padStart(4)} s  ${shares.join('  ')}  allocator ${leader}  advisories ${advisories}  ${label}`
}

/** A small table that says what goes on, for a terminal: what each region holds, and what callers of each class get. */
function scenePicture({ atS, label, allocators, regions, advisories }: Scene): string[] {
  const head = ['', 'share/s', 'calls/s', 'served/s', ...CLASSES].map((title, column) => cell(title, column)).join('')
  const rows = [...regions].map(([region, { rate, cutOff, offered, served }]) => {
    const classes = offered.map((asked, tier) => (asked > 0 ? percent((served[tier] ?? 0) / asked) : '-'))
    const numbers = [rate.toFixed(0), total(offered).toFixed(0), total(served).toFixed(0), ...classes]
    const row = [region, ...numbers].map((text, column) => cell(text, column)).join('')
    return cutOff > 0 ? `${row}   ${cutOff} cut off` : row
  })
  const offices = `allocator ${allocators.join(' and ') || 'nobody'}, ${advisories} advisories`
  return [`${atS.toFixed(0).padStart(4)} s  ${label}`, head, ...rows, offices]
}

/**
 * Shows scenes: a picture that is redrawn on a terminal and keeps a line of each event above it; elsewhere a line for each
 * event and every five seconds.
 */
export class LiveView {
  readonly #out: Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>
  #shown = ''
  #lines = 0

  constructor(out: Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>) {
    this.#out = out
  }

  /** Shows one. */
  show(scene: Scene): void {
    if (this.#out.isTTY) this.#draw(scene)
    else this.#tell(scene)
  }

  #tell(scene: Scene): void {
    const key = `${scene.label} ${Math.floor(scene.atS / 5)}`
    if (key !== this.#shown) this.#out.write(`${sceneLine(scene)}\n`)
    this.#shown = key
  }

  #draw(scene: Scene): void {
    const width = Math.max(40, this.#out.columns || 80) - 1
    const news = scene.label === this.#shown ? [] : [`${scene.atS.toFixed(0).padStart(4)} s  ${scene.label}`]
    this.#shown = scene.label
    const picture = ['', ...scenePicture(scene)]
    const up = this.#lines > 0 ? `\u001B[${this.#lines}A` : ''
    const drawn = [...news, ...picture].map((line) => `${CLEAR_LINE}${line.slice(0, width)}\n`)
    this.#out.write(`${up}\r${drawn.join('')}`)
    this.#lines = picture.length
  }
}

function cell(text: string, column: number): string {
  return column === 0
    ? `      ${text.padEnd(4)}`
    : text.padStart(Math.max(WIDTH, (CLASSES[column - 4] ?? '').length + 2))
}

function percent(part: number): string {
  return `${(100 * Math.min(1, part)).toFixed(0)} %`
}

function total(rates: readonly number[]): number {
  return rates.reduce((sum, rate) => sum + rate, 0)
}
