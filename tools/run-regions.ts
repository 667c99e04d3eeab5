/**
 * Three regions for real: nats-servers, candidates for the offices, `spillway sidecar` processes with gRPC calls through them,
 * all on this machine, with a scripted tour of faults.
 *
 * Usage: npm run regions [-- --short] [-- --leaf]
 *   --short  less than a minute instead of seven      --leaf  servers joined by leaf nodes instead of gateways
 * Shows what goes on, ends with tables and a page in dist/regions/. Exit code: 0 when the promise held, 1 when it was broken
 * or the tour failed, 2 for a bad flag, 130 when interrupted. Leaves nothing behind.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { LiveView } from '../test/regions/live-view.ts'
import { pageOf } from '../test/regions/page.ts'
import { classTableOf, isKept, phaseTableOf, tableOf, verdictOf } from '../test/regions/report.ts'
import { FULL, SHORT } from '../test/regions/script.ts'
import { runTour } from '../test/regions/tour.ts'
import { provideNatsServer } from './provide-nats-server.ts'

const FOLDER = 'dist/regions'

/** What may stand on the command line. */
const FLAGS = ['--short', '--leaf']

/** What the command line asks for, or one line that says what is wrong with it. */
export function readFlags(args: readonly string[]): { isShort: boolean; isLeaf: boolean } | string {
  const stranger = args.find((arg) => !FLAGS.includes(arg))
  if (stranger !== undefined) {
    const example = FLAGS.find((flag) => stranger.startsWith(flag.slice(0, 4))) ?? FLAGS[0]
    return `unknown flag ${stranger} (allowed: ${FLAGS.join(', ')}). Fix: npm run regions -- ${example}`
  }
  return { isShort: args.includes('--short'), isLeaf: args.includes('--leaf') }
}

async function main(args: string[]): Promise<number> {
  const flags = readFlags(args)
  if (typeof flags === 'string') {
    console.error(`npm run regions: ${flags}`)
    return 2
  }
  const nats = provideNatsServer()
  if (nats.kind === 'missing') {
    console.error(nats.advice)
    return 1
  }
  process.env['NATS_SERVER_BIN'] = nats.path
  const interrupt = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => interrupt.abort())
  try {
    const view = new LiveView(process.stdout)
    const script = flags.isShort ? SHORT : FULL
    const joint = flags.isLeaf ? 'leaf nodes' : 'gateways'
    const result = await runTour(script, joint, (scene) => view.show(scene), interrupt.signal)
    mkdirSync(FOLDER, { recursive: true })
    writeFileSync(`${FOLDER}/index.html`, pageOf(result))
    const tables = [classTableOf(result), phaseTableOf(result), tableOf(result), verdictOf(result)]
    console.log(`\n${tables.join('\n\n')}\n${FOLDER}/index.html`)
    return isKept(result) ? 0 : 1
  } catch (error) {
    if (interrupt.signal.aborted) return 130
    console.error(`npm run regions: ${error instanceof Error ? error.message : String(error)}`)
    return 1
  }
}

if (import.meta.main) {
  // Not `exitCode`: servers of a start that failed half-way end with this process, and would keep it alive.
  process.exit(await main(process.argv.slice(2)))
}
