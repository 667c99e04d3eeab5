import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/**
 * Starts the program, names its process, and ends it as soon as standard input does: the program never outlives whoever
 * started it, not even one that was killed.
 */
const GUARD = `
exec 3<&0
"$@" 3<&- >&2 & program=$!
(cat <&3 >/dev/null; kill -9 $program 2>/dev/null) >/dev/null 2>&1 & guard=$!
echo $program
wait $program
kill $guard 2>/dev/null
`

/** A program that runs for as long as this process does, at most. */
export class GuardedProcess {
  readonly pid: number
  readonly #shell: ChildProcess
  readonly #gone: Promise<void>

  private constructor(pid: number, shell: ChildProcess, gone: Promise<void>) {
    this.pid = pid
    this.#shell = shell
    this.#gone = gone
  }

  /** Starts `command`; what it prints goes to `log`. */
  static async start(command: string, args: readonly string[], log: (text: string) => void): Promise<GuardedProcess> {
    const shell = spawn('/bin/sh', ['-c', GUARD, 'sh', command, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const gone = once(shell, 'exit').then(() => {
      shell.stdin.destroy()
    })
    shell.stdin.on('error', () => undefined)
    shell.stderr.setEncoding('utf8').on('data', log)
    const lines = createInterface({ input: shell.stdout })
    const [line] = (await once(lines, 'line')) as [string]
    return new GuardedProcess(Number(line), shell, gone)
  }

  /** It ended, by itself or killed. */
  get hasEnded(): boolean {
    return this.#shell.exitCode !== null || this.#shell.signalCode !== null
  }

  /** Sends a signal; a process that is gone already is left alone. */
  signal(signal: NodeJS.Signals): void {
    if (!this.hasEnded) process.kill(this.pid, signal)
  }

  /** Kills it, stopped or not, and waits until it is gone. */
  async kill(): Promise<void> {
    this.signal('SIGKILL')
    await this.#gone
  }
}
