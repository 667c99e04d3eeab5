/**
 * Runs every project's tests through Nx and ends with one line of real totals: `N passed, M failed`.
 *
 * Usage: npm test [-- <nx arguments>]     e.g. npm test -- --projects=@spillway/call --skip-nx-cache
 * Exit code: 0 when all passed, 1 otherwise. The totals are summed from the reports that the test runner wrote.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { provideNatsServer } from './provide-nats-server.ts'

/** The part of a Vitest JSON report that is read here. */
interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numFailedTestSuites: number
}

/** Totals over all projects. */
export interface Totals {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** Sums reports. A suite that failed without a failing test (it did not even load) counts as one failure. */
export function sumReports(reports: readonly Report[]): Totals {
  let passed = 0
  let failed = 0
  let skipped = 0
  for (const report of reports) {
    passed += report.numPassedTests
    skipped += report.numPendingTests
    failed += report.numFailedTests > 0 ? report.numFailedTests : report.numFailedTestSuites
  }
  return { passed, failed, skipped }
}

/** The closing line. */
export function formatTotals({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

const PLAIN = { NX_TUI: 'false', NX_DAEMON: 'false', FORCE_COLOR: '0' }

/** Tests start some hundred processes: only the first of a kind strips types and compiles. The command keeps its code there too. */
const QUICK_STARTS = { NODE_COMPILE_CACHE: resolve('node_modules/.cache/spillway') }

function main(): number {
  for (const stale of globSync('dist/*/**/tests.json')) rmSync(stale)
  mkdirSync('dist', { recursive: true })
  const nats = provideNatsServer()
  if (nats.kind === 'missing') console.error(nats.advice)
  const bus = nats.kind === 'found' ? { NATS_SERVER_BIN: nats.path } : {}
  const run = spawnSync(
    'nx',
    [
      'run-many',
      '--targets=waiting,test,alone',
      '--parallel=3', // a third beside two cores: `waiting` does little else
      '--outputStyle=stream-without-prefixes',
      ...process.argv.slice(2),
    ],
    { stdio: 'inherit', env: { ...QUICK_STARTS, ...process.env, ...bus, ...PLAIN } },
  )
  const files = [
    ...globSync('dist/test/{,waiting/,alone/}tests.json'),
    'dist/tools/tests.json',
    ...globSync('dist/packages/*/tests.json'),
  ]
  const reports = files
    .filter((file) => existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')) as Report)
  const totals = sumReports(reports)
  const isUnexplained = run.status !== 0 && totals.failed === 0
  if (isUnexplained)
    console.error(
      `npm test: nx ended with ${run.status ?? run.signal ?? run.error?.message} and no failing test on record`,
    )
  console.log(formatTotals(isUnexplained ? { ...totals, failed: 1 } : totals))
  return run.status === 0 && totals.failed === 0 ? 0 : 1
}

if (import.meta.main) {
  process.exitCode = main()
}
