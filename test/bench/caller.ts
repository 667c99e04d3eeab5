import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { compileC } from './c-program.ts'
import type { Command } from './command.ts'
import { pinned } from './pinned-process.ts'

const SOURCE = new URL('caller.c', import.meta.url)

/** Small unary gRPC calls at the times of a Poisson process, whether or not those before are answered. */
export interface OpenLoad {
  readonly connections: number
  /** Calls a second in all. */
  readonly perSecond: number
  readonly warmUpSeconds: number
  readonly seconds: number
  /** Draws the times: the same seed, the same times. */
  readonly seed: number
}

/** What one run of the caller measured. */
export interface OpenLoadResult {
  readonly done: number
  readonly failed: number
  /** Octets of DATA received: proof that answers carried their message. */
  readonly dataBytes: number
  /** Latencies in milliseconds, from the time at which a call was due, of the calls of each second after the warm-up. */
  readonly seconds: readonly (readonly number[])[]
}

/** Compiles the caller into that folder and returns its path. Throws when there is no C compiler. */
export function buildCaller(folder: string): string {
  return compileC(SOURCE, folder)
}

/** The command line of one run. */
export function callerCommand(caller: string, port: number, load: OpenLoad): Command {
  const { connections, perSecond, warmUpSeconds, seconds, seed } = load
  return { file: caller, args: [port, connections, perSecond, warmUpSeconds, seconds, seed].map(String) }
}

/** Runs the caller once. Throws when it fails, and when `signal` aborts. */
export async function runCaller(command: Command, core: number, signal: AbortSignal): Promise<OpenLoadResult> {
  const { file, args } = pinned(command, core)
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], signal })
  const output = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (part: string) => (output.out += part))
  child.stderr.setEncoding('utf8').on('data', (part: string) => (output.err += part))
  await once(child, 'close')
  if (child.exitCode !== 0) throw new Error(`the caller failed (exit code ${child.exitCode}): ${output.err.trim()}`)
  return parseOpenLoadResult(output.out)
}

/** Reads what the caller prints. */
export function parseOpenLoadResult(text: string): OpenLoadResult {
  const [summary = '', ...lines] = text.trimEnd().split('\n')
  const [done = 0, failed = 0, dataBytes = 0] = summary.split(' ').map(Number)
  const seconds: number[][] = []
  for (const line of lines) {
    const [dueUs = 0, latencyUs = 0] = line.split(' ').map(Number)
    ;(seconds[Math.floor(dueUs / 1_000_000)] ??= []).push(latencyUs / 1_000)
  }
  return { done, failed, dataBytes, seconds: Array.from(seconds, (latencies) => latencies ?? []) }
}
