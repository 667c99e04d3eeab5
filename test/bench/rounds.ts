import { setTimeout as sleep } from 'node:timers/promises'
import { SeededRandom, type Random } from '@spillway/clock'
import { keepCoresAwake } from './awake-cores.ts'
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
 * Lets all that have just been started settle, then measures throughput, then latency. `start` is the number of the start. Who gives
 * wrong answers is skipped from then on.
 */
export async function playRounds(ground: Ground, start: number, lined: LineUp): Promise<LineUp> {
  const { options, caller, tell } = ground
  const { starts, rounds, latencyRounds } = options
  const random = new SeededRandom(start + 1)
  const inTurn = (fit: LineUp, work: (entrant: Entrant) => Promise<void>): Promise<LineUp> =>
    withEach(fit, shuffled(fit.candidates, random), tell, work)
  let fit = await inTurn(lined, (entrant) => entrant.settle(settlingLoad(options)))
  for (let round = 0; round < rounds; round++) {
    fit = await inTurn(fit, (entrant) => entrant.measureThroughput(throughputLoad(options)))
  }
  tell(`start ${start + 1} of ${starts}: calls a second measured`)
  using _awake = keepCoresAwake()
  for (let round = 0; round < latencyRounds; round++) {
    const load = latencyLoad(options, start * latencyRounds + round)
    fit = await inTurn(fit, (entrant) => entrant.measureLatency(caller, load))
  }
  tell(`start ${start + 1} of ${starts}: latency measured`)
  return fit
}

/** Does it with one after the other, in that order. */
async function withEach(
  { candidates, skipped }: LineUp,
  order: readonly Candidate[],
  tell: (line: string) => void,
  work: (entrant: Entrant) => Promise<void>,
): Promise<LineUp> {
  const failed = new Map<Candidate, SkippedPeer>()
  for (const candidate of order) {
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

/** In an order of its own for each round, so that nobody is always measured behind the same one. */
function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  const drawn = items.map((item) => ({ item, lot: random.next() }))
  return drawn.sort((one, other) => one.lot - other.lot).map(({ item }) => item)
}
