/**
 * Runs a simulation and prints what it measured; `npm run sim -- --help` says how. Writes dist/sim/budgets.html.
 * Exit code: 0 when every target is met, 1 when one is not, 2 for flags that make no sense.
 */
import {
  HUGE,
  SCHEMES,
  renderReport,
  run,
  scenariosFor,
  tableOf,
  type Row,
  type Run,
  type Scale,
} from '@spillway/simulator'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs, styleText } from 'node:util'
import { RunProgress } from './run-progress.ts'

const HELP = `Usage: npm run sim -- budgets [flags]
Shared budgets in virtual time: leases, and beside them what others do.

  --regions N    regions, 2 to 100 (5)
  --sidecars N   sidecars in each region, 1 to 20000 (4): --regions 50 --sidecars 10000 is a fleet of 500000
  --seconds N    measured part of each scenario in virtual time, 5 to 3600 (60; 5 for more than 100000 sidecars)
  --only A,B     these scenarios alone (all; steady for more than 100000 sidecars, since each takes minutes)
  --alone        leases alone; so are more than 100000 sidecars
  --seed N       another course of chance, 0 to 2147483648 (1)

More than 2000 sidecars join when the offices are filled and are looked at every 100 ms instead of 10. Half a million take 7 GB of
memory.
`

/** What the flags say. */
export interface SimulationFlags {
  readonly scale: Scale
  readonly seed: number
  readonly only: readonly string[]
  readonly isAlone: boolean
}

const OPTIONS = {
  regions: { type: 'string', default: '5' },
  sidecars: { type: 'string', default: '4' },
  seed: { type: 'string', default: '1' },
  seconds: { type: 'string' },
  only: { type: 'string' },
  alone: { type: 'boolean', default: false },
} as const

/** Fleets from which on a second of virtual time takes many of ours. */
const LARGE = 2_000

/** Reads the flags; throws an Error with one line: what is wrong, what is allowed, and a way out. */
export function readFlags(args: readonly string[]): SimulationFlags {
  const { values, positionals } = parse(args)
  if (positionals.join(' ') !== 'budgets') {
    const given = positionals.length > 0 ? `no simulation of that name: ${positionals.join(' ')}` : 'which simulation?'
    throw new Error(`${given}; there is: budgets; try: npm run sim -- budgets`)
  }
  const regions = wholeNumber('regions', values.regions, 2, 100)
  const sidecars = wholeNumber('sidecars', values.sidecars, 1, 20_000)
  const all = regions * sidecars
  const measuredMs = 1_000 * wholeNumber('seconds', values.seconds ?? (all > HUGE ? '5' : '60'), 5, 3_600)
  // A large fleet is measured before the slices of nobody have expired.
  const warmMs = all > HUGE ? 15_000 : all > LARGE ? 16_000 : 45_000
  const rate = all * 500
  const scale = { regions, sidecars, budget: { rate, burst: rate / 5 }, floors: 0.1, warmMs, measuredMs }
  const known = scenariosFor(scale).map(({ name }) => name)
  const only = values.only?.split(',') ?? (all > HUGE ? ['steady'] : known)
  const stranger = only.find((name) => !known.includes(name))
  if (stranger !== undefined) {
    throw new Error(
      `--only knows no scenario of that name: ${stranger}; there are: ${known.join(', ')}; try --only steady,hot`,
    )
  }
  return { scale, seed: wholeNumber('seed', values.seed, 0, 2 ** 31), only, isAlone: values.alone }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS })
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    const flag = /--?[\w-]+/.exec(text)?.[0] ?? ''
    const flags = Object.keys(OPTIONS).map((name) => `--${name}`)
    if (!flags.includes(flag)) {
      const message = `no such flag: ${flag}; there are: ${flags.join(', ')}; npm run sim -- --help says more`
      throw new Error(message, { cause: error })
    }
    const need = flag === '--alone' ? 'takes no value; leave it out' : `needs a value; write ${flag}=…`
    throw new Error(`${flag} ${need}; npm run sim -- --help says which`, { cause: error })
  }
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= least && value <= most) return value
  const fix = Number.isFinite(value) ? Math.min(most, Math.max(least, Math.round(value))) : least
  throw new Error(`--${name} must be a whole number from ${least} to ${most}: ${text}; try --${name} ${fix}`)
}

function simulate({ scale, seed, only, isAlone }: SimulationFlags): Run[] {
  const schemes = SCHEMES.filter(
    (scheme, index) => (index === 0 || !isAlone) && scheme.mostSidecars >= scale.regions * scale.sidecars,
  )
  const plan = scenariosFor(scale)
    .filter(({ name }) => only.includes(name))
    .flatMap((scenario) => schemes.map((scheme) => ({ scheme, scenario })))
  const progress = new RunProgress(plan.length, process.stderr)
  return plan.map(({ scheme, scenario }) => {
    progress.begin(`${scenario.title} · ${scheme.title}`)
    return run(scheme, scenario, scale, seed, (done) => progress.show(done))
  })
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
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(HELP)
    return 0
  }
  let flags: SimulationFlags
  try {
    flags = readFlags(args)
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
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
