import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { freePorts } from './free-ports.ts'
import { GuardedProcess } from './guarded-process.ts'

/** How a server is to run. Everything has a default. */
export interface NatsServerOptions {
  /** The program; left out, what {@link findNatsServer} finds. */
  readonly binary?: string
  readonly name?: string
  /** Client port; left out, a free one. A restart keeps it. */
  readonly port?: number
  /** Storage for keys; on unless false. A domain keeps several servers' storages apart. */
  readonly jetStream?: false | { readonly domain?: string }
  /** More lines of configuration: `accounts`, `gateway`, `leafnodes`. */
  readonly config?: string
}

const READY_WITHIN_MS = 10_000

/** The nats-server to test with: `NATS_SERVER_BIN`, or the first on the path; undefined for none. */
export function findNatsServer(): string | undefined {
  return findNatsServers()[0]
}

/** All that there are, in the order in which they are looked for. */
export function findNatsServers(): string[] {
  const named = process.env['NATS_SERVER_BIN']
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/bin', '/opt/homebrew/bin']
  const found = folders.map((folder) => join(folder, 'nats-server')).filter((path) => existsSync(path))
  return named ? [named, ...found] : found
}

/** A real nats-server on the loopback interface, with a storage folder of its own that goes when it does. */
export class NatsServer {
  readonly port: number
  readonly url: string
  readonly #binary: string
  /** Where it keeps its configuration and what it stores. */
  readonly folder: string
  #process: GuardedProcess | undefined
  #log = ''

  private constructor(binary: string, port: number, folder: string) {
    this.#binary = binary
    this.port = port
    this.url = `nats://127.0.0.1:${port}`
    this.folder = folder
  }

  /** Starts one and waits until it takes connections. Rejects with the end of its log when it does not in 10 s. */
  static async start(options: NatsServerOptions = {}): Promise<NatsServer> {
    const binary = options.binary ?? findNatsServer()
    if (!binary)
      throw new Error('no nats-server: set NATS_SERVER_BIN or install it (tools/provide-nats-server.ts says how)')
    const [spare = 0] = await freePorts(1)
    const folder = mkdtempSync(join(tmpdir(), 'spillway-nats-'))
    const server = new NatsServer(binary, options.port ?? spare, folder)
    writeFileSync(join(folder, 'server.conf'), configOf(options, server.port, folder))
    try {
      await server.restart()
    } catch (error) {
      await server.close()
      throw error
    }
    return server
  }

  /** The end of what it printed. */
  get log(): string {
    return this.#log
  }

  /** Kills it at once, as `kill -9` does. What it stored stays for {@link restart}. */
  async kill(): Promise<void> {
    await this.#process?.kill()
    this.#process = undefined
  }

  /** Freezes it: connections stay open and nothing answers. Resolves once it stands still. */
  async pause(): Promise<void> {
    await this.#process?.stop()
  }

  /** Ends a {@link pause}. */
  resume(): void {
    this.#process?.signal('SIGCONT')
  }

  /** Starts it again on the same port with what it had stored; kills it before that if it still runs. */
  async restart(): Promise<void> {
    await this.kill()
    this.#process = await GuardedProcess.start(this.#binary, ['-c', join(this.folder, 'server.conf')], (text) => {
      this.#log = (this.#log + text).slice(-10_000)
    })
    await this.#ready()
  }

  /** Ends it and removes what it stored. */
  async close(): Promise<void> {
    await this.kill()
    rmSync(this.folder, { recursive: true, force: true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #ready(): Promise<void> {
    const endMs = performance.now() + READY_WITHIN_MS
    while (!(await greets(this.port))) {
      if (performance.now() > endMs || this.#process?.hasEnded)
        throw new Error(`nats-server does not answer:\n${this.#log.slice(-1_500)}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

function configOf({ name, jetStream, config }: NatsServerOptions, port: number, folder: string): string {
  const domain = jetStream === false || jetStream?.domain === undefined ? '' : `, domain: ${jetStream.domain}`
  return [
    `listen: "127.0.0.1:${port}"`,
    name === undefined ? '' : `server_name: "${name}"`,
    jetStream === false ? '' : `jetstream { store_dir: "${folder}"${domain} }`,
    config ?? '',
  ].join('\n')
}

/** Whether a NATS server says hello on that port. */
function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port })
    const answer = (isReady: boolean): void => {
      socket.destroy()
      resolve(isReady)
    }
    socket.once('data', (data) => answer(data.toString().startsWith('INFO ')))
    socket.once('error', () => answer(false))
    socket.setTimeout(500, () => answer(false))
  })
}
