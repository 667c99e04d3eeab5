/**
 * Three regions for real: nats-servers, region processes and sidecars on this machine, with a scripted tour of faults.
 *
 * Usage: npm run regions [-- --short] [-- --leaf]
 *   --short  40 seconds instead of six minutes      --leaf  servers joined by leaf nodes instead of gateways
 * Shows what goes on, ends with a table and a page in dist/regions/. Exit code: 0 when the promise held, 1 when it was broken
 * or the tour failed, 2 for a bad flag, 130 when interrupted. Leaves nothing behind.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { pageOf, phasesOf, tableOf, verdictOf } from '../test/regions/report.ts'
import { FULL, SHORT } from '../test/regions/script.ts'
import { runTour, type Scene } from '../test/regions/tour.ts'
import { provideNatsServer } from './provide-nats-server.ts'

const FOLDER = 'dist/regions'

/** What the command line asks for, or what is wrong with it. */
export function readFlags(args: string[]): { isShort: boolean; isLeaf: boolean } | string {
  try {
    const options = { short: { type: 'boolean' }, leaf: { type: 'boolean' } } as const
    const { values } = parseArgs({ args, options, strict: true })
    return { isShort: values.short === true, isLeaf: values.leaf === true }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** One line that says what goes on. */
export function sceneLine({ atS, label, allocators, regions, advisories }: Scene): string {
  const shares = [...regions].map(
    ([region, { rate, cutOff }]) =>
      `${region} ${rate.toFixed(0).padStart(3)}/s${cutOff > 0 ? ` (${cutOff} cut off)` : ''}`,
  )
  const leader = allocators.join(' and ') || 'nobody'
  return `${atS.toFixed(0).padStart(4)} s  ${shares.join('  ')}  allocator ${leader}  advisories ${advisories}  ${label}`
}

/** Shows scenes: one line that changes on a terminal, else a line for each event and every five seconds. */
function display(): (scene: Scene) => void {
  let shown = ''
  return (scene) => {
    if (process.stdout.isTTY) {
      process.stdout.write(`\r\u001B[2K${sceneLine(scene).slice(0, process.stdout.columns - 1)}`)
      if (scene.label !== shown) process.stdout.write('\n')
      shown = scene.label
      return
    }
    const key = `${scene.label} ${Math.floor(scene.atS / 5)}`
    if (key !== shown) console.log(sceneLine(scene))
    shown = key
  }
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
    const script = flags.isShort ? SHORT : FULL
    const result = await runTour(script, flags.isLeaf ? 'leaf nodes' : 'gateways', display(), interrupt.signal)
    mkdirSync(FOLDER, { recursive: true })
    writeFileSync(`${FOLDER}/index.html`, pageOf(result))
    console.log(`\n${phasesOf(result)}\n\n${tableOf(result)}\n\n${verdictOf(result)}\n${FOLDER}/index.html`)
    return (result.figures.get('leases')?.worstOfBurst ?? Infinity) <= 1 ? 0 : 1
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
