import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Clock } from '@spillway/clock'
import { InspectorClient } from '@spillway/inspect/client'
import type { BreakerReading } from '../acts/breaker-watch.ts'
import { pause } from '../acts/pause.ts'
import { freePort } from './free-port.ts'
import { sidecarConfig, type SidecarPorts } from './sidecar-config.ts'

/** The command line, as people start it. By its place, because it depends on this package. */
const COMMAND = fileURLToPath(new URL('../../../cli/bin/spillway.js', import.meta.url))

const START_MS = 15_000
const POLL_MS = 100
const GRACE_MS = 4_000
/** What is kept of its errors, to say why it did not start. */
const ERROR_CHARACTERS = 4_000

/** `spillway sidecar` in a process of its own, with the configuration of the demo. Its lifeline ends it with the demo. */
export class SidecarProcess implements AsyncDisposable {
  readonly ports: SidecarPorts
  /** The file that it was configured with. */
  readonly configPath: string
  readonly #inspector: InspectorClient
  readonly #folder: string
  readonly #process: ChildProcess
  readonly #exit: Promise<unknown>
  #errors = ''

  private constructor(folder: string, configPath: string, ports: SidecarPorts) {
    this.#folder = folder
    this.configPath = configPath
    this.ports = ports
    this.#inspector = new InspectorClient({ address: `127.0.0.1:${ports.inspect}`, timeoutMs: 2_000 })
    this.#process = spawn(process.execPath, [COMMAND, 'sidecar', '--config', configPath], {
      env: { ...process.env, SPILLWAY_LIFELINE: '0' },
      stdio: ['pipe', 'ignore', 'pipe'],
    })
    this.#exit = once(this.#process, 'exit')
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-ERROR_CHARACTERS)
    })
  }

  /** Starts a sidecar in front of that port of the loopback interface and waits until its inspector answers. */
  static async start(appPort: number, clock: Clock, signal: AbortSignal): Promise<SidecarProcess> {
    const ports = {
      app: appPort,
      inbound: await freePort(7051),
      outbound: await freePort(7052),
      inspect: await freePort(7053),
      web: await freePort(7054),
    }
    const folder = await mkdtemp(join(tmpdir(), 'spillway-demo-'))
    const configPath = join(folder, 'spillway.yaml')
    await writeFile(configPath, sidecarConfig(ports))
    const sidecar = new SidecarProcess(folder, configPath, ports)
    try {
      await sidecar.#answering(clock, signal)
      return sidecar
    } catch (error) {
      await sidecar[Symbol.asyncDispose]()
      throw error
    }
  }

  get inboundAddress(): string {
    return `127.0.0.1:${this.ports.inbound}`
  }

  /** Reads the breaker of `/package.Service/Method` towards the app; undefined while there is none. */
  async readBreaker(method: string): Promise<BreakerReading | undefined> {
    const breakers = await this.#inspector.listBreakers()
    const found = breakers.find((breaker) => breaker.method === method)
    return found && { name: found.name, state: found.state, reason: found.lastTransition?.reason ?? '' }
  }

  /** Lets it drain, then ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#inspector.close()
    this.#process.kill('SIGTERM')
    const kill = setTimeout(() => this.#process.kill('SIGKILL'), GRACE_MS)
    await this.#exit
    clearTimeout(kill)
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #answering(clock: Clock, signal: AbortSignal): Promise<void> {
    const giveUpMs = clock.nowMs() + START_MS
    for (;;) {
      if (this.#process.exitCode !== null) throw new Error(`the sidecar did not start: ${this.#errors.trim()}`)
      if (clock.nowMs() > giveUpMs) throw new Error(`the sidecar did not answer within ${START_MS / 1_000} s`)
      const isAnswering = await this.#inspector.listBreakers().then(
        () => true,
        () => false,
      )
      if (isAnswering) return
      await pause(clock, POLL_MS, signal)
    }
  }
}
