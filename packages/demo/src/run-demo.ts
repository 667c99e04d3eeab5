import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { systemClock } from '@spillway/clock'
import { playFaults } from './acts/play-faults.ts'
import { playStairs } from './acts/play-stairs.ts'
import type { Stage } from './acts/stage.ts'
import { DEFAULT_DURATIONS, type DemoOptions } from './demo-options.ts'
import { resultToJson, type DemoResult } from './demo-result.ts'
import { Interrupt } from './interrupt.ts'
import { keepRunning } from './keep-running.ts'
import { LoadProcess } from './processes/load-process.ts'
import { ServiceProcess } from './processes/service-process.ts'
import { htmlReport } from './report/html-report.ts'
import { textReport } from './report/text-report.ts'
import { judge } from './report/verdict.ts'
import { SidecarProcess } from './sidecar/sidecar-process.ts'
import { opening } from './show/opening.ts'
import { plainShow, silentShow, terminalShow, type Show } from './show/show.ts'

const DEFAULT_REPORT_PATH = 'dist/demo/report.html'
const FAULTY_METHOD = '/chat.v1.Chat/Generate'

/**
 * Runs the three acts and prints what they measured. Returns the exit code: 0 when critical calls fared better behind
 * the sidecar than without it, 1 when not or when the demo could not run (one line says why), 130 after Ctrl-C.
 * Ends every process that it started, whatever happens.
 */
export async function runDemo(options: DemoOptions): Promise<number> {
  const write = options.write ?? ((text: string) => process.stdout.write(text))
  const show = showFor(options, write)
  using interrupt = new Interrupt(options.signal)
  try {
    return await perform(options, write, show, interrupt.signal)
  } catch (error) {
    show.status('')
    if (interrupt.signal.aborted) return interrupt.exitCode
    const message = error instanceof Error ? error.message : String(error)
    write(options.json === true ? `${JSON.stringify({ error: message })}\n` : `the demo could not run: ${message}\n`)
    return 1
  }
}

function showFor({ json = false, isTty = false }: DemoOptions, write: (text: string) => void): Show {
  if (json) return silentShow
  return isTty ? terminalShow(write) : plainShow(write)
}

async function perform(
  options: DemoOptions,
  write: (text: string) => void,
  show: Show,
  signal: AbortSignal,
): Promise<number> {
  const seed = options.seed ?? 1
  opening().forEach((line) => show.line(line))
  await using service = await ServiceProcess.start(seed, signal)
  await using load = new LoadProcess(seed)
  const durations = { ...DEFAULT_DURATIONS, ...options.durations }
  const stage: Stage = { clock: systemClock, load, show, durations, signal }
  const without = await playStairs(stage, 1, 'without a sidecar', `127.0.0.1:${service.port}`)
  await using sidecar = await SidecarProcess.start(service.port, systemClock, signal)
  const result = await playBehind(stage, without, service, sidecar)
  const reportPath = options.reportPath ?? DEFAULT_REPORT_PATH
  await writeReport(reportPath, result)
  if (options.json === true) write(`${JSON.stringify({ ...resultToJson(result), reportPath })}\n`)
  textReport(result).forEach((line) => show.line(line))
  show.line(`pictures: ${reportPath}`)
  if (options.keep === true) await keepRunning(stage, sidecar.ports)
  else show.line('look around in it: npm start -- --keep')
  return result.verdict.isKept ? 0 : 1
}

async function playBehind(
  stage: Stage,
  without: DemoResult['without'],
  service: ServiceProcess,
  sidecar: SidecarProcess,
): Promise<DemoResult> {
  const behind = await playStairs(stage, 2, 'behind the sidecar', sidecar.inboundAddress)
  const faults = await playFaults(stage, 3, "half of the large model's calls fail", {
    address: sidecar.inboundAddress,
    injectFaults: (share) => service.injectFaults(share),
    readBreaker: () => sidecar.readBreaker(FAULTY_METHOD),
  })
  return { without, behind, faults, verdict: judge(without, behind, faults) }
}

async function writeReport(path: string, result: DemoResult): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, htmlReport(result))
}
