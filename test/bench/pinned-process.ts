import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
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

/** A server of the bench in a process of its own. */
export class PinnedProcess implements AsyncDisposable {
  readonly #process: ChildProcess
  readonly #exit: Promise<unknown>
  #errors = ''

  private constructor(command: Command) {
    this.#process = spawn(command.file, command.args, { stdio: ['ignore', 'ignore', 'pipe'] })
    this.#exit = once(this.#process, 'exit')
    this.#exit.catch(() => undefined)
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-2_000)
    })
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

  /** Ends it and waits until it is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.pid === undefined) return
    this.#process.kill('SIGTERM')
    const kill = setTimeout(() => this.#process.kill('SIGKILL'), GRACE_MS)
    await this.#exit
    clearTimeout(kill)
  }

  async #listening(port: number): Promise<void> {
    const giveUpMs = performance.now() + START_MS
    while (!(await accepts(port))) {
      if (this.#process.exitCode !== null) throw new Error(`it ended at once: ${this.#errors.trim()}`)
      if (performance.now() > giveUpMs) throw new Error(`nothing listens on port ${port} after ${START_MS / 1_000} s`)
      await sleep(POLL_MS)
    }
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
  try {
    const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean)
    const below = children.reduce((sum, child) => sum + (residentMibOf(Number(child)) ?? 0), 0)
    return Number(kib ?? 0) / 1_024 + below
  } catch {
    return undefined
  }
}
