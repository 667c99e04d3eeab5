import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Loads, Setup, Status } from './child.ts'
import type { Member } from './member.ts'

/** Silent for longer than this, a process is taken for frozen. In milliseconds. */
const SILENT_MS = 1_500
/** Longest time for it to end in good order, in milliseconds. */
const LEAVE_MS = 3_000

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** A process of the tour's own programs, which tells how it is and ends with this one. */
export class ForkedMember implements Member {
  readonly #program: URL
  readonly #setupOf: () => Setup
  #child: ChildProcess | undefined
  #status: Status | undefined
  #heardMs = 0
  #loads: Loads | undefined

  /** `setupOf` is asked at each start. */
  constructor(program: URL, setupOf: () => Setup) {
    this.#program = program
    this.#setupOf = setupOf
  }

  /** The last that it said, unless that was long ago: who is frozen holds no office, whatever it said before. */
  get status(): Status | undefined {
    return performance.now() - this.#heardMs < SILENT_MS ? this.#status : undefined
  }

  get isHeard(): boolean {
    return this.status !== undefined
  }

  start(): Promise<void> {
    if (!this.#child) this.#fork()
    return Promise.resolve()
  }

  /** Tells it what callers ask for from now on, after a restart too. */
  setLoads(loads: Loads): void {
    this.#loads = loads
    this.#child?.send(loads, () => undefined)
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal)
  }

  async kill(): Promise<void> {
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
  }

  async leave(): Promise<void> {
    this.signal('SIGTERM')
    const endMs = performance.now() + LEAVE_MS
    while (this.#child && performance.now() < endMs) await pause(20)
    await this.kill()
  }

  close(): Promise<void> {
    return this.kill()
  }

  #fork(): void {
    const setup = this.#setupOf()
    const child = fork(fileURLToPath(this.#program), [JSON.stringify(setup)], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    let complaint = ''
    child.stderr?.on('data', (text: Buffer) => (complaint = (complaint + text.toString()).slice(-2_000)))
    child.on('message', (status: Status) => {
      this.#status = status
      this.#heardMs = performance.now()
    })
    child.on('error', () => undefined)
    child.on('exit', (code) => {
      if (code) console.error(`${setup.name} ended with ${code}: ${complaint}`)
      if (this.#child === child) this.#child = undefined
      this.#status = undefined
    })
    if (this.#loads) child.send(this.#loads, () => undefined)
    this.#child = child
  }
}
