import { setTimeout as sleep } from 'node:timers/promises'
import { LATENCY_LOAD, MEMORY_LOAD, MEMORY_SECONDS, THROUGHPUT_LOAD, type BenchOptions } from './bench-options.ts'
import type { SkippedPeer } from './bench-result.ts'
import type { OpenLoad } from './caller.ts'
import { WrongAnswersError, type Entrant } from './entrant.ts'
import type { Ground } from './ground.ts'
import type { Load } from './h2load.ts'
import type { Candidate, LineUp } from './line-up.ts'
import { median } from './statistics.ts'

/** Between two measurements, for sockets and garbage of the one before. */
const REST_MS = 100

/** As many calls as will go. */
export function throughputLoad({ throughputMs: ms, warmUpMs }: BenchOptions): Load {
  return { ...THROUGHPUT_LOAD, amount: { kind: 'duration', ms, warmUpMs } }
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
 * Lets all that have just been started settle, then measures throughput, and now and then latency, of all in turn, in each round
 * from another one on, `first` being the number of the first. Who gives wrong answers is skipped from then on.
 */
export async function playRounds(ground: Ground, first: number, lined: LineUp): Promise<LineUp> {
  const { options, caller, tell } = ground
  const all = options.starts * options.rounds
  let fit = await withEach(ground, lined, 0, (entrant) => entrant.settle(settlingLoad(options)))
  for (let round = first; round < first + options.rounds; round++) {
    fit = await withEach(ground, fit, round, async (entrant) => {
      await entrant.measureThroughput(throughputLoad(options))
      if (round % options.latencyEvery > 0) return
      await sleep(REST_MS)
      await entrant.measureLatency(caller, latencyLoad(options, round))
    })
    if ((round + 1) % options.latencyEvery === 0 || round + 1 === all) tell(`round ${round + 1} of ${all} done`)
  }
  return fit
}

/** Does it with one after the other, beginning with another one in each round. */
async function withEach(
  { tell }: Ground,
  { candidates, skipped }: LineUp,
  round: number,
  work: (entrant: Entrant) => Promise<void>,
): Promise<LineUp> {
  const failed = new Map<Candidate, SkippedPeer>()
  for (const candidate of rotated(candidates, round)) {
    const { entrant } = candidate
    try {
      await work(entrant)
    } catch (error) {
      if (!(error instanceof WrongAnswersError)) throw error
      failed.set(candidate, { name: entrant.name, reason: error.message })
      tell(`${entrant.name}: skipped: ${error.message}`)
    }
    await sleep(REST_MS)
  }
  return { candidates: candidates.filter((each) => !failed.has(each)), skipped: [...skipped, ...failed.values()] }
}

/** As many calls as will go, for as long as it takes to settle. */
function settlingLoad({ settleMs: ms }: BenchOptions): Load {
  return { ...THROUGHPUT_LOAD, amount: { kind: 'duration', ms, warmUpMs: 0 } }
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
