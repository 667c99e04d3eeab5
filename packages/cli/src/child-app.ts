import { spawn, type ChildProcess } from 'node:child_process'
import type { Clock } from '@spillway/clock'
import { GroupGuard } from './group-guard.ts'
import { signalExitCode } from './stop-signals.ts'
import { userError } from './user-error.ts'

/**
 * The application as a child process, in a process group of its own: Ctrl-C in the terminal reaches us alone, and we decide
 * when the app hears of it. When it ends, whatever it started and left behind is ended too; so is all of it when we are
 * killed.
 */
export class ChildApp {
  /** Its exit code, 128 and the signal's number when a signal ended it. Never rejects. */
  readonly exit: Promise<number>
  readonly #process: ChildProcess
  #hasExited = false

  private constructor(process: ChildProcess, graceMs: number) {
    this.#process = process
    const guard = process.pid === undefined ? undefined : new GroupGuard(process.pid, graceMs)
    const { promise, resolve } = Promise.withResolvers<number>()
    this.exit = promise
    process.once('exit', (code, signal) => {
      this.#hasExited = true
      this.killGroup()
      guard?.release()
      resolve(signal === null ? (code ?? 0) : signalExitCode(signal))
    })
  }

  /**
   * Starts the command. Rejects with a UserError when there is no such command. Should we be killed, the app gets SIGTERM, and
   * SIGKILL after `graceMs`.
   */
  static async start(
    command: readonly string[],
    env: Readonly<Record<string, string | undefined>>,
    graceMs: number,
  ): Promise<ChildApp> {
    const [file = '', ...args] = command
    const stdin = process.stdin.isTTY ? 'ignore' : 'inherit'
    const child = spawn(file, args, { env, stdio: [stdin, 'inherit', 'inherit'], detached: true })
    const app = new ChildApp(child, graceMs)
    const { promise, resolve, reject } = Promise.withResolvers<ChildApp>()
    child.once('spawn', () => resolve(app))
    child.once('error', (error) => reject(startError(file, error)))
    return await promise
  }

  get hasExited(): boolean {
    return this.#hasExited
  }

  /** Sends a signal to the app itself. */
  signal(signal: NodeJS.Signals): void {
    if (!this.#hasExited) this.#process.kill(signal)
  }

  /** Asks the app to end, and ends it when it has not within `graceMs`. Resolves with its exit code. */
  async stop(signal: NodeJS.Signals, graceMs: number, clock: Clock): Promise<number> {
    this.signal(signal)
    const timer = clock.schedule(graceMs, () => this.killGroup())
    const code = await this.exit
    timer.cancel()
    return code
  }

  /** Ends the app and everything in its process group at once. Safe to repeat. */
  killGroup(): void {
    const { pid } = this.#process
    if (pid === undefined) return
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // Nobody is left in the group.
    }
  }
}

function startError(file: string, error: Error): Error {
  const code = 'code' in error ? String(error.code) : ''
  if (code === 'ENOENT') return userError(file, 'there is no such command', 'check its name and PATH', error)
  return userError(file, `cannot be started (${code || error.message})`, 'check that it may be executed', error)
}
