import { ManualClock } from '@spillway/clock'
import { expect, test } from 'vitest'
import { KeyElection, defaultKeyElectionTimes, type KeyAnswer, type KeyRequest } from './key-election.ts'

function newElection(): { election: KeyElection; clock: ManualClock } {
  const clock = new ManualClock()
  return { election: new KeyElection({ ...defaultKeyElectionTimes, incarnation: 'me' }, clock), clock }
}

/** Polls every 100 ms and answers as told, for so long. */
function run(
  election: KeyElection,
  clock: ManualClock,
  forMs: number,
  answer: (request: KeyRequest) => KeyAnswer,
): void {
  for (let elapsedMs = 0; elapsedMs < forMs; elapsedMs += 100) {
    const request = election.poll()
    if (request) election.answered(answer(request))
    clock.advance(100)
  }
}

/** A key that nobody else wants. */
function freeKey(): (request: KeyRequest) => KeyAnswer {
  let revision = 0
  return (request) =>
    request.kind === 'read' ? { kind: 'found', revision, entry: undefined } : { kind: 'written', revision: ++revision }
}

test('waits a full time to live on its own clock before it takes office, even when the key is free', () => {
  const { election, clock } = newElection()
  const key = freeKey()

  run(election, clock, 10_200, key)
  expect(election.office).toBeUndefined()

  run(election, clock, 1_000, key)
  expect(election.office).toBeDefined()
})

test('takes an epoch above every one seen anywhere', () => {
  const { election, clock } = newElection()
  election.sawEpoch(41)

  run(election, clock, 12_000, freeKey())

  expect(election.office?.epoch).toBeGreaterThan(41)
})

test('leaves office at its deadline when renewals go unanswered', () => {
  const { election, clock } = newElection()
  run(election, clock, 12_000, freeKey())

  run(election, clock, 9_800, () => ({ kind: 'unknown' }))

  expect(election.office).toBeUndefined()
})

test('counts the deadline from the sending of the renewal, not from its answer', () => {
  const { election, clock } = newElection()
  run(election, clock, 12_000, freeKey())
  const before = election.office?.deadlineMs ?? 0
  let request: KeyRequest | undefined
  for (; !request; clock.advance(100)) request = election.poll()
  const sentMs = clock.nowMs() - 100

  clock.advance(800)
  election.answered({ kind: 'written', revision: 99 })

  expect(election.office?.deadlineMs).toBeGreaterThan(before)
  expect(election.office?.deadlineMs).toBeCloseTo(sentMs + 9_800)
})

test('steps down when its key was taken', () => {
  const { election, clock } = newElection()
  run(election, clock, 12_000, freeKey())

  run(election, clock, 3_000, () => ({ kind: 'refused', revision: 77 }))

  expect(election.office).toBeUndefined()
})

test('steps down when somebody used a higher epoch, and comes back above it', () => {
  const { election, clock } = newElection()
  const key = freeKey()
  run(election, clock, 12_000, key)

  election.sawEpoch(1_000)
  expect(election.office).toBeUndefined()

  run(election, clock, 12_000, key)
  expect(election.office?.epoch).toBeGreaterThan(1_000)
})

test('does not take office while the key is being renewed by another', () => {
  const { election, clock } = newElection()
  let revision = 10

  run(election, clock, 30_000, () => ({ kind: 'refused', revision: ++revision }))

  expect(election.office).toBeUndefined()
})

test('adopts a key of unknown fate only if it names this very incarnation', () => {
  const { election, clock } = newElection()
  const answers: KeyAnswer[] = [
    { kind: 'unknown' },
    { kind: 'found', revision: 4, entry: { incarnation: 'another', epoch: 4 } },
  ]

  run(election, clock, 30_000, () => answers.shift() ?? { kind: 'refused', revision: 4 })

  expect(election.office).toBeUndefined()
})

test('waits a full time to live from when it last saw a leader at work, whatever the key says', () => {
  const { election, clock } = newElection()
  const key = freeKey()
  run(election, clock, 9_000, key)
  election.sawWork(1)

  run(election, clock, 10_000, key)
  expect(election.office).toBeUndefined()

  run(election, clock, 1_200, key)
  expect(election.office).toBeDefined()
})

test('does not take its own work for that of another', () => {
  const { election, clock } = newElection()
  run(election, clock, 12_000, freeKey())

  election.sawWork(election.office?.epoch ?? 0)

  expect(election.office).toBeDefined()
})

/** A leader's key at revision 7, which it has left; `changed`: somebody has written it since. */
function leftKey(changed = 0): (request: KeyRequest) => KeyAnswer {
  let revision = 7 + changed
  return (request) => {
    if (request.kind === 'read') return { kind: 'found', revision, entry: undefined }
    if (request.kind === 'create' || request.ifRevision !== revision) return { kind: 'refused', revision }
    return { kind: 'written', revision: ++revision }
  }
}

const left = { incarnation: 'old', epoch: 41, revision: 7 }
const soon = { monotonicMs: 5_000, wallMs: Number.POSITIVE_INFINITY, deadMs: 6_000 }

test('a leader that leaves is followed at once by its heir, under a higher epoch', () => {
  const { election, clock } = newElection()
  const key = leftKey()
  run(election, clock, 300, key)

  expect(election.inherit(left, { ...soon, monotonicMs: clock.nowMs() + 5_000 })).toBe(true)
  run(election, clock, 200, key)

  expect(election.office?.epoch).toBeGreaterThan(41)
  expect(election.isHeir).toBe(true)
})

test.each([
  ['the key was written by somebody else', leftKey(1), 5_000],
  ['others could be in office by now', leftKey(), 0],
])('an heir waits like anybody else if %s', (_, key, forMs) => {
  const { election, clock } = newElection()
  election.inherit(left, { ...soon, monotonicMs: clock.nowMs() + forMs })
  run(election, clock, 9_000, key)

  expect(election.office).toBeUndefined()
  expect(election.isHeir).toBe(false)
})

test('who has left says at which revision, and never stands again', () => {
  const { election, clock } = newElection()
  expect(election.leave()).toBeUndefined()
  const key = freeKey()
  run(election, clock, 12_000, key)
  const { epoch } = election.office ?? {}

  expect(election.leave()).toMatchObject({ incarnation: 'me', epoch })
  expect(election.office).toBeUndefined()
  expect(election.inherit(left, soon)).toBe(false)
  run(election, clock, 30_000, key)
  expect(election.office).toBeUndefined()
})

test('nobody leaves while it is not known what becomes of a renewal', () => {
  const { election, clock } = newElection()
  run(election, clock, 12_000, freeKey())
  while (!election.poll()) clock.advance(100)

  expect(election.leave()).toBeUndefined()
})
