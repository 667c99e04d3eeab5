import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BudgetView } from '@spillway/inspect'
import { InspectorClient } from '@spillway/inspect/client'
import { GuardedProcess } from '@spillway/testkit'
import type { Site } from './child.ts'
import type { Member } from './member.ts'
import { sidecarSettings } from './sidecar-settings.ts'

const COMMAND = fileURLToPath(new URL('../../packages/cli/bin/spillway.js', import.meta.url))

const LOOK_MS = 400
const ANSWER_WITHIN_MS = 1_000
/** Longest time for a drain, in milliseconds. */
const DRAIN_MS = 6_000

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** A real `spillway sidecar` in a process of its own, looked at through its inspector. */
export class TourSidecar implements Member {
  readonly site: Site
  readonly #path: string
  readonly #inspector: InspectorClient
  #process: GuardedProcess | undefined
  #looking: Promise<void> | undefined
  #budget: BudgetView | undefined
  #log = ''

  /** `url` is that of its NATS server. Nothing is started yet. */
  constructor(site: Site, url: string, folder: string) {
    this.site = site
    this.#path = join(folder, `${site.name}.yaml`)
    this.#inspector = new InspectorClient({
      address: `127.0.0.1:${site.inspectPort}`,
      timeoutMs: ANSWER_WITHIN_MS,
    })
    writeFileSync(this.#path, sidecarSettings(site, url))
  }

  /** Its part of the budget as it said less than two seconds ago; undefined while it is down or frozen. */
  get budget(): BudgetView | undefined {
    return this.#budget
  }

  get isHeard(): boolean {
    return this.#budget !== undefined
  }

  async start(): Promise<void> {
    if (this.#process && !this.#process.hasEnded) return
    this.#process = await GuardedProcess.start(
      process.execPath,
      [COMMAND, 'sidecar', '--config', this.#path],
      (text) => {
        this.#log = (this.#log + text).slice(-2_000)
      },
    )
    await this.#looking
    this.#looking = this.#look(this.#process)
  }

  signal(signal: NodeJS.Signals): void {
    this.#process?.signal(signal)
  }

  async kill(): Promise<void> {
    await this.#process?.kill()
  }

  async leave(): Promise<void> {
    this.signal('SIGTERM')
    const endMs = performance.now() + DRAIN_MS
    while (this.#process?.hasEnded === false && performance.now() < endMs) await pause(50)
    await this.kill()
  }

  async close(): Promise<void> {
    await this.kill()
    await this.#looking
    this.#inspector.close()
  }

  /** Asks the inspector until that process has ended. Throws when it ended by itself with an error. */
  async #look(process: GuardedProcess): Promise<void> {
    while (!process.hasEnded) {
      try {
        const [budget] = await this.#inspector.listBudgets()
        this.#budget = budget
      } catch {
        this.#budget = undefined
      }
      await pause(LOOK_MS)
    }
    this.#budget = undefined
    if (/error:/.test(this.#log)) console.error(`${this.site.name}: ${this.#log.trim()}`)
    this.#log = ''
  }
}
