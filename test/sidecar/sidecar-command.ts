import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BudgetView } from '@spillway/inspect'
import { InspectorClient } from '@spillway/inspect/client'
import { StockCaller } from './scene.ts'
import { pause } from './regions.ts'

const COMMAND = fileURLToPath(new URL('../../packages/cli/bin/spillway.js', import.meta.url))
const STOCK_PROTO = fileURLToPath(new URL('stock.proto', import.meta.url))
const PROTO_ROOT = fileURLToPath(new URL('../../proto', import.meta.url))
const ANY_PORT = { host: '127.0.0.1', port: 0 }

/** `spillway sidecar` in a process of its own, with a settings file that can be edited, and a caller in front of it. */
export class SidecarCommand implements AsyncDisposable {
  readonly caller: StockCaller
  readonly inspector: InspectorClient
  readonly #folder: string
  readonly #process: ChildProcess
  readonly #heard: { text: string }

  private constructor(folder: string, child: ChildProcess, heard: { text: string }, found: RegExpExecArray) {
    const [, inbound = '', inspect = ''] = found
    this.#folder = folder
    this.#process = child
    this.#heard = heard
    this.caller = new StockCaller(inbound)
    this.inspector = new InspectorClient({ address: inspect })
  }

  /** Starts one in front of `app` with these settings, on free ports. */
  static async start(app: string, settings: Record<string, unknown>): Promise<SidecarCommand> {
    const folder = mkdtempSync(join(tmpdir(), 'spillway-terms-'))
    const own = {
      service: 'stock',
      inbound: { ...ANY_PORT, app },
      outbound: { port: 0 },
      inspect: { port: 0 },
      web: { port: 0 },
      proto: { roots: [STOCK_PROTO], includes: [PROTO_ROOT] },
    }
    const file = join(folder, 'spillway.yaml')
    writeFileSync(file, JSON.stringify({ ...own, ...settings }))
    const child = spawn(process.execPath, [COMMAND, 'sidecar', '--config', file], {
      env: { PATH: process.env['PATH'] },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const heard = { text: '' }
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (heard.text += String(text)))
    const found = await waitFor(heard, /inbound (\S+) -> .* inspector (\S+)/)
    const command = new SidecarCommand(folder, child, heard, found)
    command.#settings = { ...own, ...settings }
    return command
  }

  #settings: Record<string, unknown> = {}

  /** Edits the settings file and sends SIGHUP. */
  reload(settings: Record<string, unknown>): void {
    this.#settings = { ...this.#settings, ...settings }
    writeFileSync(join(this.#folder, 'spillway.yaml'), JSON.stringify(this.#settings))
    this.#process.kill('SIGHUP')
  }

  /** Resolves when it has printed or logged that. */
  async says(pattern: RegExp): Promise<void> {
    await waitFor(this.#heard, pattern)
  }

  /** Resolves when its only budget is as wished. */
  async until(isSo: (budget: BudgetView) => boolean, patienceMs = 40_000): Promise<void> {
    const endMs = performance.now() + patienceMs
    for (;;) {
      const [budget] = await this.inspector.listBudgets()
      if (budget && isSo(budget)) return
      if (performance.now() > endMs) throw new Error(`still ${JSON.stringify(budget)}\n${this.#heard.text}`)
      await pause(50)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.caller.close()
    this.inspector.close()
    const gone = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await gone
    rmSync(this.#folder, { recursive: true })
  }
}

async function waitFor(heard: { readonly text: string }, pattern: RegExp): Promise<RegExpExecArray> {
  for (const endMs = performance.now() + 30_000; performance.now() < endMs; await pause(20)) {
    const found = pattern.exec(heard.text)
    if (found) return found
  }
  throw new Error(`${String(pattern)} was not said:\n${heard.text}`)
}
