import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { RunningServer } from './grpc-js-server.ts'

const PROGRAMS = join(import.meta.dirname, 'c-core')

/** A Python with grpcio, which is gRPC on C-core; undefined where there is none. */
export const PYTHON: string | undefined = ['python3', '/usr/bin/python3'].find(
  (python) => spawnSync(python, ['-c', 'import grpc']).status === 0,
)

/** Starts the test service on C-core, on any free port of the loopback. */
export async function startCCoreServer(python: string): Promise<RunningServer> {
  const server = spawn(python, [join(PROGRAMS, 'server.py')], { stdio: ['pipe', 'pipe', 'inherit'] })
  const closed = once(server, 'close')
  for await (const port of createInterface(server.stdout)) {
    return {
      address: `127.0.0.1:${port}`,
      close: async () => {
        server.stdin.end()
        await closed
      },
    }
  }
  throw new Error('the server on C-core did not start')
}

/** What a client on C-core has to say of each case: a traceback, or null when it went well. */
export type CaseReport = ReadonlyMap<string, string | null>

/** Runs every case of a client on C-core against a server. */
export async function runCCoreClient(python: string, address: string): Promise<CaseReport> {
  const client = spawn(python, [join(PROGRAMS, 'client.py'), address], { stdio: ['ignore', 'pipe', 'inherit'] })
  const report = new Map<string, string | null>()
  for await (const line of createInterface(client.stdout)) {
    const { name, problem } = readLine(line)
    report.set(name, problem)
  }
  return report
}

function readLine(line: string): { name: string; problem: string | null } {
  const parsed: unknown = JSON.parse(line)
  if (typeof parsed === 'object' && parsed !== null && 'name' in parsed && 'problem' in parsed) {
    const { name, problem } = parsed
    if (typeof name === 'string' && (problem === null || typeof problem === 'string')) return { name, problem }
  }
  throw new Error(`not a report of a case: ${line}`)
}
