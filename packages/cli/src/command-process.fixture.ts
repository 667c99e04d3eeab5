import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

const COMMAND = fileURLToPath(new URL('../bin/spillway.js', import.meta.url))
/** The sidecar of a test listens wherever there is room. */
export const FREE_PORTS = [
  '--inbound-host',
  '127.0.0.1',
  '--inbound-port',
  '0',
  '--outbound-port',
  '0',
  '--inspect-port',
  '0',
  '--web-port',
  '0',
]

/** How a command ended. */
export interface CommandEnd {
  readonly exitCode: number | null
  readonly out: string
  readonly err: string
}

/** The real command in a process of its own. */
export class CommandProcess {
  /** Resolves when it has ended and both of its outputs are closed, so when nothing that it started holds them any more. */
  readonly end: Promise<CommandEnd>
  readonly #process: ChildProcess
  #out = ''
  #err = ''
  readonly #expectations = new Set<() => void>()

  /**
   * `launcher`: what is put before the command, a Node in any case; left out: the Node of this process alone. `folder`: where
   * it is started.
   */
  constructor(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    launcher: readonly string[] = [process.execPath],
    folder = process.cwd(),
  ) {
    const [file = '', ...words] = launcher
    const child = spawn(file, [...words, COMMAND, ...args], {
      env: { PATH: process.env['PATH'], XDG_RUNTIME_DIR: process.env['XDG_RUNTIME_DIR'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: folder,
    })
    this.#process = child
    child.stdout.setEncoding('utf8').on('data', (text: string) => this.#read((this.#out += text)))
    child.stderr.setEncoding('utf8').on('data', (text: string) => this.#read((this.#err += text)))
    this.end = once(child, 'close').then(() => ({ exitCode: child.exitCode, out: this.#out, err: this.#err }))
  }

  /** Resolves with the match when one of its outputs contains the pattern. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>()
    const look = (): void => {
      const match = pattern.exec(this.#out) ?? pattern.exec(this.#err)
      if (match !== null) resolve(match)
    }
    this.#expectations.add(look)
    look()
    void this.end.then(({ out, err }) => reject(new Error(`ended without saying ${String(pattern)}:\n${out}${err}`)))
    return await promise
  }

  /** Nobody reads that output from now on. */
  stopReading(output: 'stdout' | 'stderr'): void {
    this.#process[output]?.destroy()
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal)
  }

  #read(_all: string): void {
    for (const look of this.#expectations) look()
  }
}

/** Runs a command to its end. */
export async function runCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandEnd> {
  return await new CommandProcess(args, env).end
}

/** A port of the loopback interface that nobody had a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/**
 * A command line for a gRPC-like app: says `up` and its environment, answers every call with UNIMPLEMENTED, runs `onTerm` at
 * SIGTERM, and `onEnd` when `/end` is called.
 */
export function appCommand(port: number, onTerm = 'process.exit(0)', onEnd = ''): readonly string[] {
  const script = `
    const server = require('node:http2').createServer((request, response) => {
      if (request.url === '/end') { ${onEnd} }
      response.writeHead(200, { 'content-type': 'application/grpc', 'grpc-status': '12' })
      response.end()
    })
    server.listen(${port}, '127.0.0.1', () => console.log('app up', process.pid, process.env.SPILLWAY_INBOUND, process.env.SPILLWAY_OUTBOUND, process.env.SPILLWAY_INSPECT))
    process.on('SIGTERM', () => { console.log('app got SIGTERM'); ${onTerm} })
    process.on('SIGINT', () => { console.log('app got SIGINT'); process.exit(0) })`
  return [process.execPath, '-e', script]
}
