import { ANSWER_BYTES } from './backend.ts'
import type { PeerResult } from './bench-result.ts'
import { callerCommand, runCaller, type OpenLoad } from './caller.ts'
import type { Command } from './command.ts'
import { formatCommand } from './command.ts'
import { runLoad, type Load, type LoadResult, type LoadTarget } from './h2load.ts'
import { versionLine } from './machine.ts'
import type { PinnedProcess } from './pinned-process.ts'
import { percentile } from './statistics.ts'

/** Whose answers did not all come back whole takes no part. */
export class WrongAnswersError extends Error {}

/** One peer that is up, and what was measured of it so far. */
export class Entrant {
  readonly name: string
  readonly #note: string
  readonly #version: string
  readonly #command: Command
  readonly #target: LoadTarget
  readonly #rates: number[] = []
  readonly #cpuUs: number[] = []
  readonly #p50Ms: number[] = []
  readonly #p99Ms: number[] = []
  readonly #residentMib: number[] = []

  constructor(
    name: string,
    about: { note: string; versionOf?: Command | undefined; command: Command; target: LoadTarget },
  ) {
    this.name = name
    this.#note = about.note
    this.#version = about.versionOf === undefined ? '' : versionLine(about.versionOf)
    this.#command = about.command
    this.#target = about.target
  }

  get result(): PeerResult {
    return {
      name: this.name,
      note: this.#note,
      version: this.#version,
      command: formatCommand(this.#command),
      callsPerSecond: this.#rates,
      cpuUs: this.#cpuUs,
      p50Ms: this.#p50Ms,
      p99Ms: this.#p99Ms,
      residentMib: this.#residentMib,
    }
  }

  /** Sends a load whose figures do not count. */
  async settle(load: Load): Promise<void> {
    await this.#run(this.#target, load)
  }

  async measureThroughput(load: Load): Promise<void> {
    const { callsPerSecond } = await this.#run(this.#target, load)
    this.#rates.push(callsPerSecond)
  }

  async measureLatency(caller: string, load: OpenLoad): Promise<void> {
    const { core, port, signal } = this.#target
    const result = await this.#named(runCaller(callerCommand(caller, port, load), core, signal))
    expectWholeAnswers(result)
    for (const latencies of result.seconds) {
      this.#p50Ms.push(percentile(latencies, 50))
      this.#p99Ms.push(percentile(latencies, 99))
    }
  }

  /** Sends the load and notes what the peer holds after it, and the CPU time that it took. */
  async measureMemory(load: Load, server: PinnedProcess): Promise<void> {
    const startedMs = server.cpuMs()
    const { done } = await this.#run(this.#target, load)
    const endedMs = server.cpuMs()
    const resident = server.residentMib()
    if (resident !== undefined) this.#residentMib.push(resident)
    if (startedMs !== undefined && endedMs !== undefined) this.#cpuUs.push(((endedMs - startedMs) * 1_000) / done)
  }

  async #run(target: LoadTarget, load: Load): Promise<LoadResult> {
    const result = await this.#named(runLoad(target, load))
    expectWholeAnswers(result)
    return result
  }

  /** Says in whose turn something failed. */
  async #named<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work
    } catch (error) {
      if (!(error instanceof Error)) throw error
      error.message = `${this.name}: ${error.message}`
      throw error
    }
  }
}

/** A refusal is an answer of status 200 as well, but has no message: the octets tell. */
function expectWholeAnswers({ done, failed, dataBytes }: Pick<LoadResult, 'done' | 'failed' | 'dataBytes'>): void {
  const share = dataBytes / (ANSWER_BYTES * Math.max(1, done))
  if (done > 0 && failed === 0 && share >= 0.99) return
  throw new WrongAnswersError(
    `${done} calls, ${failed} failed, ${(100 * share).toFixed(1)} % of the octets of whole answers`,
  )
}
