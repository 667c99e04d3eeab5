import { ManualClock, SeededRandom } from '@spillway/clock'
import { expect, test } from 'vitest'
import { VoteElection, defaultVoteTimes } from './vote-election.ts'
import { Voter } from './voter.ts'

/** A voter that is bound to the leader `old`, which has left, and a candidate to whom it left. */
function anHeir() {
  const clock = new ManualClock()
  const voter = new Voter({ ...defaultVoteTimes, name: 'v', silentMs: 0 }, clock)
  const bound = { candidate: 'old', round: 1, epoch: 41, isInOffice: true, inherits: '', isRelease: false }
  voter.handle(bound)
  const election = new VoteElection({ ...defaultVoteTimes, candidate: 'me', voters: ['v'] }, clock, new SeededRandom(1))
  /** Polls every 20 ms for so long; `isHeard`: the voter answers. */
  const run = (forMs: number, isHeard = true): void => {
    for (let passedMs = 0; passedMs < forMs; passedMs += 20) {
      const request = election.poll(true)
      const vote = request && isHeard ? voter.handle(request) : undefined
      if (vote) election.answered(vote)
      clock.advance(20)
    }
  }
  const nowMs = clock.nowMs()
  const until = { monotonicMs: nowMs + 5_000, wallMs: Number.POSITIVE_INFINITY, deadMs: nowMs + 6_000 }
  return { clock, election, run, until, left: { incarnation: 'old', epoch: 41 } }
}

test('an heir is elected at once, under a higher epoch', () => {
  const { election, run, until, left } = anHeir()
  election.inherit(left, until)
  run(300)

  expect(election.office?.epoch).toBeGreaterThan(41)
  expect(election.isHeir).toBe(true)
})

test('who comes too late for what was left waits until it is dead, and is no heir', () => {
  const { clock, election, run, until, left } = anHeir()
  election.inherit(left, until)
  run(5_000, false)
  while (clock.nowMs() < until.deadMs) {
    run(20)
    expect(election.office).toBeUndefined()
  }
  run(10_000)

  expect(election.office).toBeDefined()
  expect(election.isHeir).toBe(false)
})

test('an heir that loses the office is none when it comes back', () => {
  const { election, run, until, left } = anHeir()
  election.inherit(left, until)
  run(300)
  election.sawEpoch(2 ** 40)
  expect(election.office).toBeUndefined()
  run(20_000)

  expect(election.office).toBeDefined()
  expect(election.isHeir).toBe(false)
})
