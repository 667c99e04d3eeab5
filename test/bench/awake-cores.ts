import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { compileC } from './c-program.ts'
import { pinned } from './pinned-process.ts'

const SOURCE = new URL('awake.c', import.meta.url)

/** Compiles what keeps a core awake into that folder and returns its path. Throws when there is no C compiler. */
export function buildAwake(folder: string): string {
  return compileC(SOURCE, folder)
}

/**
 * Keeps those cores from sleeping until it is disposed of, by a process on each that runs when no other one wants to: each call
 * wakes two cores whatever the peer does, and the differences between peers drown in what that takes. Works without any
 * privilege, and where the kernel's own means (/dev/cpu_dma_latency) do nothing because the machine has no idle driver. Where
 * a system forbids it, nothing happens.
 */
export function keepCoresAwake(program: string, cores: Iterable<number>): AsyncDisposable {
  const spinners = Array.from(new Set(cores), (core) => start(program, core))
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(spinners.map(end))
    },
  }
}

/** For the report: whether {@link keepCoresAwake} works here, or why not. */
export function sayWhetherAwake(program: string): string {
  const { status, stderr } = spawnSync(program, ['check'], { encoding: 'utf8' })
  return status === 0 ? 'kept awake while latency is measured' : `may sleep: ${stderr.trim()}`
}

function start(program: string, core: number): ChildProcess {
  const { file, args } = pinned({ file: program, args: [] }, core)
  return spawn(file, args, { stdio: 'ignore' })
}

async function end(spinner: ChildProcess): Promise<void> {
  if (spinner.exitCode !== null || spinner.signalCode !== null || spinner.pid === undefined) return
  spinner.kill('SIGKILL')
  await once(spinner, 'close')
}
