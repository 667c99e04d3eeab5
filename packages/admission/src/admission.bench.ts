import { Gates, PriorityClass, type Call } from '@spillway/call'
import { ManualClock, SeededRandom, systemClock, type Clock } from '@spillway/clock'
import { aCall } from '@spillway/testkit'
import { expect, test } from 'vitest'
import { Admission } from './admission.ts'
import { defaultAdmissionConfig } from './admission-config.ts'
import { FixedLimit } from './limit.ts'

const CALLS = 1_000
const MOST_MS = 0.001
const RANKS = Object.values(PriorityClass).slice(1)

/** A call takes a free seat and gives it back, with a deadline to be judged. */
function seatMany(clock: Clock): () => void {
  const gates = new Gates([new Admission(new FixedLimit(8), { clock, random: new SeededRandom(1) })])
  const call = aCall({ path: '/bank.v1.Score/Score', deadlineMs: 1e12 })
  return () => {
    for (let index = 0; index < CALLS; index++) {
      gates.enter(call)
      gates.leave(call, 'success')
    }
  }
}

/** Beside a queue of a thousand that stays full: one call leaves and frees its seat for the best, a new one takes a place. */
function queueMany(clock: Clock): () => void {
  const random = new SeededRandom(1)
  const config = {
    ...defaultAdmissionConfig,
    maxWaitMs: { system: 1e9, critical: 1e9, standard: 1e9, sheddable: 1e9, batch: 1e9 },
  }
  const gates = new Gates([new Admission(new FixedLimit(1), { clock, random }, config)])
  const running: Call[] = []
  const enter = (): void => {
    const rank = RANKS[Math.floor(random.next() * RANKS.length)] ?? PriorityClass.standard
    const call = aCall({ rank, deadlineMs: 1e9 + 1e6 * random.next() }, { decided: () => void running.push(call) })
    if (gates.enter(call) === 'proceed') running.push(call)
  }
  for (let index = 0; index <= 1_000; index++) enter()
  return () => {
    for (let index = 0; index < CALLS; index++) {
      const [call] = running.splice(0, 1)
      if (call) gates.leave(call, 'success')
      enter()
    }
  }
}

test('a seat costs less than a microsecond, the reading of the clock left out', async ({ bench }) => {
  const seats = await bench('a thousand calls that get a seat, the clock left out', seatMany(new ManualClock())).run()
  await bench('a thousand calls that get a seat', seatMany(systemClock)).run()

  expect(seats.latency.min / CALLS).toBeLessThan(MOST_MS)
})

test('a place in a queue of a thousand costs less than five, from making the call to waking it', async ({ bench }) => {
  const queued = await bench('a thousand calls that wait, the clock left out', queueMany(new ManualClock())).run()
  await bench('a thousand calls that wait', queueMany(systemClock)).run()

  expect(queued.latency.min / CALLS).toBeLessThan(5 * MOST_MS)
})
