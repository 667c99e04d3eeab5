import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { sayWhetherAwake } from './awake-cores.ts'
import type { BenchOptions } from './bench-options.ts'
import type { BenchResult } from './bench-result.ts'
import { buildCaller, callerCommand } from './caller.ts'
import { findProgram, formatCommand } from './command.ts'
import { freePorts } from './free-ports.ts'
import type { Ground } from './ground.ts'
import { h2loadCommand } from './h2load.ts'
import { lineUp, startAll, type LineUp } from './line-up.ts'
import { buildBackend } from './backend.ts'
import { PinnedProcess } from './pinned-process.ts'
import { chooseCores, describeMachine, versionLine } from './machine.ts'
import { PEERS } from './peers/index.ts'
import { latencyLoad, measureMemory, memoryLoad, playRounds, throughputLoad } from './rounds.ts'

/** A request with a message of 64 octets behind its gRPC prefix: field 1, 62 octets of text. */
const REQUEST = Buffer.concat([Buffer.from([0, 0, 0, 0, 64, 0x0a, 62]), Buffer.alloc(62, 'x')])

/**
 * Measures every peer that is installed, and ends what it started. `tell` hears what goes on. Throws when h2load or a C
 * compiler is missing, or `signal` aborts.
 */
export async function runRelayBench(
  options: BenchOptions,
  tell: (line: string) => void,
  signal: AbortSignal,
): Promise<BenchResult> {
  const h2load = findProgram('h2load')
  if (h2load === undefined) throw new Error('h2load was not found (Debian: nghttp2-client)')
  const folder = mkdtempSync(join(tmpdir(), 'spillway-bench-'))
  try {
    const bodyPath = join(folder, 'request.bin')
    writeFileSync(bodyPath, REQUEST)
    const cores = chooseCores(cpus().length)
    const [backendPort = 0, ...peerPorts] = await freePorts(PEERS.length + 1)
    const target = { h2load, core: cores.load, bodyPath, signal }
    const caller = buildCaller(folder)
    return await measure({ options, cores, folder, backendPort, peerPorts, caller, target, tell })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measure(ground: Ground): Promise<BenchResult> {
  const command = buildBackend(ground.folder, ground.backendPort)
  await using _backend = await PinnedProcess.start(command, ground.cores.backend, ground.backendPort)
  const measured = await measureRounds(ground, lineUp(ground, command))
  await measureMemory(ground, measured)
  return {
    machine: {
      ...describeMachine(ground.cores),
      'idle cores': sayWhetherAwake(),
      h2load: versionLine({ file: 'h2load', args: ['--version'] }),
    },
    commands: loadCommands(ground),
    peers: measured.candidates.map(({ entrant }) => entrant.result),
    skipped: measured.skipped,
  }
}

/** All peers are up during the rounds of a start; those that wait cost their core nothing. */
async function measureRounds(ground: Ground, lined: LineUp): Promise<LineUp> {
  const { starts } = ground.options
  for (const { name, reason } of lined.skipped) ground.tell(`${name}: skipped: ${reason}`)
  let fit = lined
  for (let start = 0; start < starts; start++) {
    await using servers = new AsyncDisposableStack()
    fit = await playRounds(ground, start, await startAll(ground, fit, servers))
  }
  return fit
}

function loadCommands({ target, backendPort, caller, options }: Ground): Record<string, string> {
  const at = { ...target, port: backendPort }
  return {
    throughput: formatCommand(h2loadCommand(at, throughputLoad(options))),
    latency: formatCommand(callerCommand(caller, backendPort, latencyLoad(options, 0))),
    memory: formatCommand(h2loadCommand(at, memoryLoad(options))),
  }
}
