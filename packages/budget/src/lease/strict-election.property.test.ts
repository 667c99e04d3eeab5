import { ManualClock, SeededRandom, type Clock } from '@spillway/clock'
import { describe, expect, test } from 'vitest'
import { StrictElection, Voter } from './strict-election.ts'

const TTL_MS = 1_000
const DRIFT = 0.02
const VOTERS = ['a', 'b', 'c', 'd', 'e']

/** A clock that runs a little fast or slow. */
function drifting(truth: ManualClock, rate: number): Clock {
  return {
    nowMs: () => truth.nowMs() * rate,
    wallMs: () => truth.wallMs() * rate,
    schedule: (delayMs, task) => truth.schedule(delayMs / rate, task),
  }
}

/**
 * Three candidates and five voters that restart now and then, on a network that loses and delays. Returns the epochs that held
 * office, and whether two ever held it at once. `isSilent` is whether restarted voters wait, as they must.
 */
function elect(seed: number, isSilent: boolean): { epochs: Set<number>; hasOverlap: boolean } {
  const random = new SeededRandom(seed)
  const truth = new ManualClock(1_000)
  const newClock = (): Clock => drifting(truth, 1 + (DRIFT / 2) * (2 * random.next() - 1))
  const clocks = VOTERS.map(newClock)
  const start = (index: number, ttlMs: number): Voter =>
    new Voter(VOTERS[index] ?? '', ttlMs, DRIFT, clocks[index] ?? truth)
  const voters = VOTERS.map((_, index) => start(index, TTL_MS))
  const config = { voters: VOTERS, ttlMs: TTL_MS, renewMs: 200, drift: DRIFT }
  const candidates = ['x', 'y', 'z'].map(
    (candidate) => new StrictElection({ ...config, candidate }, newClock(), random),
  )
  const epochs = new Set<number>()
  let hasOverlap = false
  for (let step = 0; step < 4_000; step++) {
    truth.advance(10)
    if (random.next() < 0.005) {
      const index = Math.floor(random.next() * VOTERS.length)
      voters[index] = start(index, isSilent ? TTL_MS : 0)
    }
    for (const candidate of candidates) {
      const request = candidate.poll()
      for (const index of request ? VOTERS.keys() : []) {
        if (!request || random.next() < 0.3) continue
        truth.schedule(60 * random.next(), () => {
          const vote = voters[index]?.handle(request)
          if (vote && random.next() > 0.3) truth.schedule(60 * random.next(), () => candidate.answered(vote))
        })
      }
    }
    const offices = candidates.flatMap((candidate) => candidate.office ?? [])
    if (offices.length > 1) hasOverlap = true
    for (const { epoch } of offices) epochs.add(epoch)
  }
  return { epochs, hasOverlap }
}

describe('a strict election', () => {
  test('has one leader at a time whatever is lost, late or restarted, and again and again one', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { epochs, hasOverlap } = elect(seed, true)
      expect({ seed, hasOverlap }).toEqual({ seed, hasOverlap: false })
      expect(epochs.size).toBeGreaterThan(0)
    }
  })

  test('has two when restarted voters do not keep silent: the rule is needed', () => {
    const isBroken = Array.from({ length: 20 }, (_, seed) => elect(seed + 1, false)).some(
      ({ hasOverlap }) => hasOverlap,
    )

    expect(isBroken).toBe(true)
  })

  test('counts neither strangers nor the same voter twice', () => {
    const clock = new ManualClock()
    const election = new StrictElection(
      { candidate: 'x', voters: ['a', 'b', 'c'], ttlMs: TTL_MS, renewMs: 200, drift: DRIFT },
      clock,
      new SeededRandom(1),
    )
    for (let round = 1; round <= 2; round++) {
      election.poll()
      for (const voter of ['a', 'a', 'stranger']) election.answered({ voter, round, isPromised: true, highestEpoch: 0 })
      clock.advance(200)
    }

    expect(election.office).toBeUndefined()
  })
})
