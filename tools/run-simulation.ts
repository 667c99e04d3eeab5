/**
 * Runs a simulation and prints what it measured.
 *
 * Usage: npm run sim -- budgets [--regions 5] [--sidecars 4] [--seed 1] [--seconds 60] [--only hot,surge] [--alone]
 * `--sidecars` counts those of one region; `--seconds` is the measured part of each scenario, in virtual time; `--only` names
 * scenarios; `--alone` leaves the schemes out that leases are compared with. Writes dist/sim/budgets.html.
 * Exit code: 0 when every target is met, 1 when one is not, 2 for flags that make no sense.
 */
import { SCHEMES, renderReport, run, scenariosFor, tableOf, type Row, type Run, type Scale } from '@spillway/simulator'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs, styleText } from 'node:util'
import { setFlagsFromString } from 'node:v8'

// Half a million simulated sidecars need more than the usual heap.
setFlagsFromString('--max-old-space-size=16000')

/** What the flags say. */
export interface SimulationFlags {
  readonly scale: Scale
  readonly seed: number
  readonly only: readonly string[]
  readonly isAlone: boolean
}

/** Reads the flags; throws an Error with one line that says what is wrong. */
export function readFlags(args: readonly string[]): SimulationFlags {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      regions: { type: 'string', default: '5' },
      sidecars: { type: 'string', default: '4' },
      seed: { type: 'string', default: '1' },
      seconds: { type: 'string', default: '60' },
      only: { type: 'string' },
      alone: { type: 'boolean', default: false },
    },
  })
  if (positionals.join(' ') !== 'budgets')
    throw new Error(`no simulation of that name: ${positionals.join(' ')}; there is: budgets`)
  const regions = wholeNumber('regions', values.regions, 2, 100)
  const sidecars = wholeNumber('sidecars', values.sidecars, 1, 20_000)
  const measuredMs = 1_000 * wholeNumber('seconds', values.seconds, 10, 3_600)
  // A large fleet is measured before the slices of nobody have expired: a second of it takes many of ours.
  const warmMs = regions * sidecars > 2_000 ? 16_000 : 45_000
  const rate = regions * sidecars * 500
  const scale = { regions, sidecars, budget: { rate, burst: rate / 5 }, floors: 0.1, warmMs, measuredMs }
  const known = scenariosFor(scale).map(({ name }) => name)
  const only = values.only?.split(',') ?? known
  const stranger = only.find((name) => !known.includes(name))
  if (stranger !== undefined) throw new Error(`no scenario of that name: ${stranger}; there are: ${known.join(', ')}`)
  return { scale, seed: wholeNumber('seed', values.seed, 0, 2 ** 31), only, isAlone: values.alone }
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new Error(`--${name} must be a whole number from ${least} to ${most}: ${text}`)
}

function simulate({ scale, seed, only, isAlone }: SimulationFlags): Run[] {
  const schemes = SCHEMES.filter(
    (scheme, index) => (index === 0 || !isAlone) && scheme.mostSidecars >= scale.regions * scale.sidecars,
  )
  return scenariosFor(scale)
    .filter(({ name }) => only.includes(name))
    .flatMap((scenario) =>
      schemes.map((scheme) =>
        run(scheme, scenario, scale, seed, (done) => showProgress(scheme.title, scenario.title, done)),
      ),
    )
}

function showProgress(scheme: string, scenario: string, done: number): void {
  if (!process.stderr.isTTY) return
  process.stderr.write(`\r\x1b[K${scenario} · ${scheme} ${Math.round(100 * done)} %`)
}

function printTable(rows: readonly Row[], schemes: readonly string[]): void {
  const titles = SCHEMES.filter(({ name }) => schemes.includes(name))
  const cells = [
    ['', 'target', ...titles.map(({ title }) => title)],
    ...rows.map((row) => [row.title, row.target, ...titles.map(({ name }) => row.values.get(name) ?? '-')]),
  ]
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)))
  for (const [index, line] of cells.entries()) {
    const text = line
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
    const row = rows[index - 1]
    console.log(row?.isMet === false ? styleText('red', `${text}  missed`) : text)
  }
}

function main(args: readonly string[]): number {
  let flags: SimulationFlags
  try {
    flags = readFlags(args)
  } catch (error) {
    console.error((error instanceof Error ? error.message : String(error)).split('\n')[0])
    return 2
  }
  const { scale, seed } = flags
  const startedMs = performance.now()
  const runs = simulate(flags)
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  const rows = tableOf(runs, scale)
  console.log(
    `${scale.regions} regions, ${scale.sidecars} sidecars each, ${scale.budget.rate} a second, floors ${100 * scale.floors} %, seed ${seed}`,
  )
  printTable(rows, [...new Set(runs.map(({ scheme }) => scheme.name))])
  const file = join('dist', 'sim', 'budgets.html')
  mkdirSync(join('dist', 'sim'), { recursive: true })
  writeFileSync(file, renderReport(runs, rows, scale))
  console.log(`${file} has the plots; ${((performance.now() - startedMs) / 1_000).toFixed(0)} s`)
  return rows.every(({ isMet }) => isMet !== false) ? 0 : 1
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2))
