/**
 * Measures the relay side by side with other proxies, prints the table with the targets beside it, and writes it to
 * dist/bench/relay.md and relay.json.
 *
 * Usage: npm run bench:relay [-- --quick | --long | --only <part of a name>]...
 *   --quick   seconds instead of minutes; says whether it works, its figures mean nothing
 *   --long    ten million calls more, for the memory's fixed point
 *   --only    these peers (and the direct way) only, `relay` for both forms of ours; may be repeated
 * Needs h2load and a C compiler; peers that are not installed are named as skipped.
 * Exit code: 0 when all targets that were measured are met (--quick judges none), 1 otherwise or when it could not run, 2 for
 * flags that make no sense.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { readBenchFlags } from '../test/bench/bench-flags.ts'
import { benchReport } from '../test/bench/bench-report.ts'
import { PEERS } from '../test/bench/peers/index.ts'
import { runRelayBench } from '../test/bench/relay-bench.ts'
import { judgeTargets } from '../test/bench/targets.ts'

const FOLDER = 'dist/bench'

async function main(): Promise<number> {
  const options = readBenchFlags(
    process.argv.slice(2),
    PEERS.map(({ name }) => name),
  )
  if (typeof options === 'string') {
    console.error(`bench:relay: ${options}`)
    return 2
  }
  const interrupt = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => interrupt.abort(new Error(`interrupted by ${name}`)))
  }
  const result = await runRelayBench(options, (line) => console.error(line), interrupt.signal)
  const targets = judgeTargets(result)
  const report = benchReport(result)
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(`${FOLDER}/relay.md`, report)
  writeFileSync(`${FOLDER}/relay.json`, `${JSON.stringify({ options, ...result, targets }, undefined, 2)}\n`)
  console.log(report)
  const isMissed = targets.some(({ measured, isMet }) => measured !== undefined && !isMet)
  return isMissed && options.starts > 1 ? 1 : 0
}

try {
  process.exitCode = await main()
} catch (error) {
  // A child that was ended by the signal says so in its cause.
  const { cause } = error instanceof Error ? error : { cause: undefined }
  const told = cause instanceof Error ? cause : error
  console.error(`bench:relay: ${told instanceof Error ? told.message : String(told)}`)
  process.exitCode = 1
}
