import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Command } from './command.ts'
import { pinned } from './pinned-process.ts'

/** How h2load is to send: small unary gRPC calls, as many as will go, always with one thread. */
export interface Load {
  readonly connections: number
  /** Calls at the same time on each connection. */
  readonly streams: number
  /** For so long, or so many calls in all. */
  readonly amount:
    | { readonly kind: 'duration'; readonly ms: number; readonly warmUpMs: number }
    | { readonly kind: 'calls'; readonly calls: number }
}

/** What h2load measured. */
export interface LoadResult {
  readonly callsPerSecond: number
  readonly done: number
  /** Calls without a complete answer of status 200. */
  readonly failed: number
  /** Octets of DATA received: proof that answers carried their message. */
  readonly dataBytes: number
}

/** Files and addresses of one run. */
export interface LoadTarget {
  readonly h2load: string
  readonly core: number
  readonly port: number
  /** The request: one gRPC message with its prefix. */
  readonly bodyPath: string
  /** Ends the run. */
  readonly signal: AbortSignal
}

const RPC = '/bench.v1.Echo/Call'
const HEADERS = ['content-type: application/grpc', 'te: trailers', 'x-account: bench']

/** The command line of one run. */
export function h2loadCommand({ h2load, port, bodyPath }: LoadTarget, load: Load): Command {
  const { amount } = load
  const args = ['-t1', `-c${load.connections}`, `-m${load.streams}`, '-d', bodyPath]
  args.push(...HEADERS.flatMap((header) => ['-H', header]))
  if (amount.kind === 'calls') args.push(`-n${amount.calls}`)
  else args.push('-D', `${amount.ms}ms`, `--warm-up-time=${amount.warmUpMs}ms`)
  return { file: h2load, args: [...args, `http://127.0.0.1:${port}${RPC}`] }
}

/** Runs h2load once. Throws when it fails, and when the target's signal aborts. */
export async function runLoad(target: LoadTarget, load: Load): Promise<LoadResult> {
  const { file, args } = pinned(h2loadCommand(target, load), target.core)
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], signal: target.signal })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part))
  child.stderr.setEncoding('utf8').on('data', (part: string) => (text += part))
  await once(child, 'close')
  const result = parseLoadResult(text)
  if (result === undefined) throw new Error(`h2load failed (exit code ${child.exitCode}): ${text.slice(-500)}`)
  return result
}

/** Reads what h2load prints at its end; undefined when it is something else. */
export function parseLoadResult(text: string): LoadResult | undefined {
  const rate = /finished in [\d.]+\w+, ([\d.]+) req\/s/.exec(text)?.[1]
  const requests = /requests: \d+ total, \d+ started, (\d+) done, (\d+) succeeded/.exec(text)
  const dataBytes = /\((\d+)\) data/.exec(text)?.[1]
  if (rate === undefined || requests === null || dataBytes === undefined) return undefined
  const done = Number(requests[1])
  return { callsPerSecond: Number(rate), done, failed: done - Number(requests[2]), dataBytes: Number(dataBytes) }
}
