import { setTimeout as sleep } from 'node:timers/promises'
import { LATENCY_LOAD, MEMORY_LOAD, MEMORY_SECONDS, THROUGHPUT_LOAD, type BenchOptions } from './bench-options.ts'
import type { SkippedPeer } from './bench-result.ts'
import type { OpenLoad } from './caller.ts'
import { WrongAnswersError } from './entrant.ts'
import type { Ground } from './ground.ts'
import type { Load } from './h2load.ts'
import type { Candidate, LineUp } from './line-up.ts'
import { median } from './statistics.ts'

/** Between two measurements, for sockets and garbage of the one before. */
const REST_MS = 200

/** As many calls as will go. */
export function throughputLoad({ seconds, warmUpSeconds }: BenchOptions): Load {
  return { ...THROUGHPUT_LOAD, amount: { kind: 'duration', seconds, warmUpSeconds } }
}

/** Few calls, at a rate that every peer takes; all peers have the same times in a round. */
export function latencyLoad({ latencySeconds }: BenchOptions, round: number): OpenLoad {
  return { ...LATENCY_LOAD, seconds: latencySeconds, seed: round + 1 }
}

/** Many calls on many connections. */
export function memoryLoad({ memoryCalls }: BenchOptions): Load {
  return { ...MEMORY_LOAD, amount: { kind: 'calls', calls: memoryCalls } }
}

/**
 * Measures throughput and latency of all in turn, in each round from another one on, `first` being the number of the first. Who
 * gives wrong answers is skipped from then on.
 */
export async function playRounds(ground: Ground, first: number, { candidates, skipped }: LineUp): Promise<LineUp> {
  const { starts, rounds } = ground.options
  const failed: SkippedPeer[] = []
  let fit = [...candidates]
  for (let round = first; round < first + rounds; round++) {
    for (const candidate of rotated(fit, round)) {
      const failure = await measureOnce(ground, candidate, round)
      if (failure === undefined) continue
      failed.push(failure)
      fit = fit.filter((other) => other !== candidate)
      ground.tell(`${failure.name}: skipped: ${failure.reason}`)
    }
    ground.tell(`round ${round + 1} of ${starts * rounds} done`)
  }
  return { candidates: fit, skipped: [...skipped, ...failed] }
}

async function measureOnce(
  { options, caller }: Ground,
  { entrant }: Candidate,
  round: number,
): Promise<SkippedPeer | undefined> {
  try {
    await entrant.measureThroughput(throughputLoad(options))
    await sleep(REST_MS)
    await entrant.measureLatency(caller, latencyLoad(options, round))
    await sleep(REST_MS)
    return undefined
  } catch (error) {
    if (error instanceof WrongAnswersError) return { name: entrant.name, reason: error.message }
    throw error
  }
}

/**
 * Starts each peer anew, one at a time, sends the memory calls through it and reads what it holds after them. Peers that
 * would take too long are left out.
 */
export async function measureMemory({ options, tell }: Ground, { candidates }: LineUp): Promise<void> {
  for (const { entrant, start } of candidates) {
    if (start === undefined) continue
    const seconds = options.memoryCalls / median(entrant.result.callsPerSecond)
    if (seconds > MEMORY_SECONDS) {
      tell(`${entrant.name}: memory not measured: ${options.memoryCalls} calls would take ${Math.round(seconds)} s`)
      continue
    }
    await using server = await start()
    for (let repeat = 0; repeat <= options.memoryRepeats; repeat++) {
      await entrant.measureMemory(memoryLoad(options), server)
    }
    tell(`${entrant.name}: memory measured`)
  }
}

function rotated<Item>(items: readonly Item[], by: number): Item[] {
  const first = by % Math.max(1, items.length)
  return [...items.slice(first), ...items.slice(0, first)]
}
