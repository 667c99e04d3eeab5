import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findProgram, type Command } from './command.ts'

const START_MS = 10_000
const POLL_MS = 20
const GRACE_MS = 2_000

/** The same command on that one core; unchanged where `taskset` is missing. */
export function pinned(command: Command, core: number): Command {
  const taskset = findProgram('taskset')
  return taskset === undefined ? command : { file: taskset, args: ['-c', String(core), command.file, ...command.args] }
}

/** A server of the bench, in a process group of its own with all that it starts itself. */
export class PinnedProcess implements AsyncDisposable {
  readonly #process: ChildProcess
  readonly #folder = mkdtempSync(join(tmpdir(), 'spillway-server-'))
  readonly #log = join(this.#folder, 'stderr')
  #failure = ''

  /** What it says goes to a file: whoever read it from a pipe would wake up for each line, on a core that is measured. */
  private constructor(command: Command) {
    const log = openSync(this.#log, 'w')
    this.#process = spawn(command.file, command.args, { stdio: ['ignore', 'ignore', log], detached: true })
    closeSync(log)
    this.#process.on('error', (error) => (this.#failure = error.message))
  }

  /** Starts it on that core and waits until the port takes connections. */
  static async start(command: Command, core: number, port: number): Promise<PinnedProcess> {
    const server = new PinnedProcess(pinned(command, core))
    try {
      await server.#listening(port)
      return server
    } catch (error) {
      await server[Symbol.asyncDispose]()
      throw error
    }
  }

  /** Resident memory of the process and those that it started, in MiB; undefined where the system does not tell. */
  residentMib(): number | undefined {
    return this.#process.pid === undefined ? undefined : residentMibOf(this.#process.pid)
  }

  /** CPU time of all threads of the process and of those that it started, in ms; undefined where the system does not tell. */
  cpuMs(): number | undefined {
    return this.#process.pid === undefined ? undefined : cpuMsOf(this.#process.pid)
  }

  /** Ends the group and waits until all of it is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.pid !== undefined) await endGroup(this.#process.pid)
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #listening(port: number): Promise<void> {
    const giveUpMs = performance.now() + START_MS
    while (!(await accepts(port))) {
      if (this.#process.pid === undefined || this.#process.exitCode !== null)
        throw new Error(`it ended at once: ${this.#failure || this.#lastWords()}`)
      if (performance.now() > giveUpMs) throw new Error(`nothing listens on port ${port} after ${START_MS / 1_000} s`)
      await sleep(POLL_MS)
    }
  }

  #lastWords(): string {
    return readFileSync(this.#log, 'utf8').slice(-2_000).trim()
  }
}

async function endGroup(leader: number): Promise<void> {
  const killMs = performance.now() + GRACE_MS
  let signal: NodeJS.Signals | 0 = 'SIGTERM'
  while (signalGroup(leader, signal)) {
    await sleep(POLL_MS)
    signal = performance.now() > killMs ? 'SIGKILL' : 0
  }
}

/** Returns whether there is anyone left in the group. Signal 0 only asks. */
function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-leader, signal)
  } catch {
    return false
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

function residentMibOf(pid: number): number | undefined {
  return sumOfTree(pid, (one) => {
    const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${one}/status`, 'utf8'))?.[1]
    return Number(kib ?? 0) / 1_024
  })
}

/** The first figure of `schedstat` is the time on a core, in nanoseconds. */
function cpuMsOf(pid: number): number | undefined {
  return sumOfTree(pid, (one) => {
    const threads = readdirSync(`/proc/${one}/task`)
    const texts = threads.map((thread) => readFileSync(`/proc/${one}/task/${thread}/schedstat`, 'utf8'))
    return texts.reduce((sum, text) => sum + Number.parseInt(text, 10) / 1_000_000, 0)
  })
}

/** The figure of a process and of all below it, added up. */
function sumOfTree(pid: number, figureOf: (pid: number) => number): number | undefined {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean)
    const below = children.reduce((sum, child) => sum + (sumOfTree(Number(child), figureOf) ?? 0), 0)
    return figureOf(pid) + below
  } catch {
    return undefined
  }
}
