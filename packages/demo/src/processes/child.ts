import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { interruptible } from './interruptible.ts'

/** How long a child may take to end by itself before it is killed. */
const GRACE_MS = 2_000

/**
 * A program of the demo in a process of its own, told what to do over the channel that Node opens to a forked child.
 * When the demo dies, however it dies, the channel closes and the child ends.
 */
export class Child implements AsyncDisposable {
  readonly #name: string
  readonly #process: ChildProcess
  readonly #exit: Promise<unknown>

  constructor(name: string, program: URL) {
    this.#name = name
    this.#process = fork(program, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], serialization: 'advanced' })
    this.#exit = once(this.#process, 'exit')
  }

  /** 0 when it could not be started. */
  get pid(): number {
    return this.#process.pid ?? 0
  }

  send(message: object): void {
    if (this.#process.connected) this.#process.send(message)
  }

  /**
   * Hands each message to `match` until that finds what it looks for. Rejects when the child ends before that, or
   * `signal` aborts.
   */
  async receive<Found>(match: (message: unknown) => Found | undefined, signal: AbortSignal): Promise<Found> {
    const { promise: found, resolve } = Promise.withResolvers<Found>()
    const listen = (message: unknown): void => {
      const result = match(message)
      if (result !== undefined) resolve(result)
    }
    this.#process.on('message', listen)
    try {
      return await interruptible(Promise.race([found, this.#failOnExit()]), signal)
    } finally {
      this.#process.off('message', listen)
    }
  }

  /** Ends the child and waits until it is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.connected) this.#process.disconnect()
    const kill = setTimeout(() => this.#process.kill('SIGKILL'), GRACE_MS)
    await this.#exit
    clearTimeout(kill)
  }

  async #failOnExit(): Promise<never> {
    await this.#exit
    const how = this.#process.signalCode ?? `exit code ${this.#process.exitCode}`
    throw new Error(`the demo's ${this.#name} process ended unexpectedly (${how})`)
  }
}

/**
 * To be called by a child's program: ends it with the demo. Interrupts are left to the demo, because Ctrl-C reaches every
 * process of the terminal at once.
 */
export function endWithParent(): void {
  process.on('disconnect', () => process.exit(0))
  if (!process.connected) process.exit(0)
  process.on('SIGINT', () => undefined)
}
