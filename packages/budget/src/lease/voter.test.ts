import { ManualClock } from '@spillway/clock'
import { expect, test } from 'vitest'
import { Voter, type VoteRequest } from './voter.ts'

const TTL_MS = 1_000

function newVoter(silentMs = 0): { clock: ManualClock; voter: Voter } {
  const clock = new ManualClock()
  return { clock, voter: new Voter({ name: 'v', ttlMs: TTL_MS, askedMs: 300, drift: 0.02, silentMs }, clock) }
}

function ask(candidate: string, round = 1, more: Partial<VoteRequest> = {}): VoteRequest {
  return { candidate, round, epoch: 1, isInOffice: true, inherits: '', isRelease: false, ...more }
}

test('promises to one candidate at a time, and tells the others when to come back', () => {
  const { clock, voter } = newVoter()
  expect(voter.handle(ask('x', 1, { epoch: 7 }))).toMatchObject({ isPromised: true, forMs: TTL_MS, otherEpoch: 0 })
  clock.advance(500)
  expect(voter.handle(ask('y'))).toMatchObject({ isPromised: false, forMs: 520, otherEpoch: 7 })

  clock.advance(520)
  expect(voter.handle(ask('y'))).toMatchObject({ isPromised: true, otherEpoch: 7 })
})

test('promises nothing for a full time to live after a start, even to who has inherited', () => {
  const { clock, voter } = newVoter(TTL_MS)
  clock.advance(1_019)
  expect(voter.handle(ask('x', 1, { inherits: 'old' }))).toMatchObject({ isPromised: false })

  clock.advance(1)
  expect(voter.handle(ask('x'))).toMatchObject({ isPromised: true })
})

test('is free again once a promise is given back, and takes no late request for a new one', () => {
  const { voter } = newVoter()
  voter.handle(ask('x', 1))
  expect(voter.handle(ask('x', 3, { isRelease: true }))).toBeUndefined()

  expect(voter.handle(ask('x', 2))).toBeUndefined()
  expect(voter.handle(ask('y'))).toMatchObject({ isPromised: true })
})

test('nobody gives back what another was promised', () => {
  const { voter } = newVoter()
  voter.handle(ask('x'))
  voter.handle(ask('y', 9, { isRelease: true }))

  expect(voter.handle(ask('y', 10))).toMatchObject({ isPromised: false })
})

test('breaks a promise for who inherited from the very leader that holds it', () => {
  const { voter } = newVoter()
  voter.handle(ask('x'))

  expect(voter.handle(ask('y', 1, { inherits: 'z' }))).toMatchObject({ isPromised: false })
  expect(voter.handle(ask('y', 2, { inherits: 'x' }))).toMatchObject({ isPromised: true })
  expect(voter.handle(ask('z', 1, { inherits: 'x' }))).toMatchObject({ isPromised: false })
})

test('stays bound by a leader that left, towards all who do not inherit from it', () => {
  const { clock, voter } = newVoter()
  voter.handle(ask('x'))
  voter.handle(ask('y', 1, { inherits: 'x', isInOffice: false }))
  voter.handle(ask('y', 2, { inherits: 'x', isRelease: true }))

  expect(voter.handle(ask('z', 1))).toMatchObject({ isPromised: false, forMs: 1_020 })
  expect(voter.handle(ask('z', 2, { inherits: 'x', isInOffice: false }))).toMatchObject({ isPromised: true })
  clock.advance(1_020)
  expect(voter.handle(ask('w'))).toMatchObject({ isPromised: true })
})

test('is bound by all leaders that left, one after the other, towards who does not inherit from the last', () => {
  const { voter } = newVoter()
  voter.handle(ask('x'))
  voter.handle(ask('y', 1, { inherits: 'x', isInOffice: false }))
  voter.handle(ask('z', 1, { inherits: 'y', isInOffice: false }))
  voter.handle(ask('z', 2, { inherits: 'y', isRelease: true }))

  expect(voter.handle(ask('w', 1, { inherits: 'x' }))).toMatchObject({ isPromised: false, forMs: 1_020 })
  expect(voter.handle(ask('w', 2, { inherits: 'y' }))).toMatchObject({ isPromised: true })
})

test('is bound to a mere candidate for a short time only', () => {
  const { clock, voter } = newVoter()
  voter.handle(ask('x', 1, { isInOffice: false }))
  clock.advance(306)

  expect(voter.handle(ask('y'))).toMatchObject({ isPromised: true })
})

test('names the candidate that may give its promise back, but no leader', () => {
  const { clock, voter } = newVoter()
  voter.handle(ask('x', 1, { isInOffice: false }))
  expect(voter.handle(ask('y'))).toMatchObject({ isPromised: false, rival: 'x' })

  voter.handle(ask('x', 2))
  expect(voter.handle(ask('y', 2))).toMatchObject({ isPromised: false, rival: '' })
  clock.advance(900)
  expect(voter.handle(ask('y', 3))).toMatchObject({ isPromised: false, rival: '' })
})

test('names nobody while a leader that left binds it longer than a candidate does', () => {
  const { voter } = newVoter()
  voter.handle(ask('x'))
  voter.handle(ask('y', 1, { inherits: 'x', isInOffice: false }))

  expect(voter.handle(ask('z'))).toMatchObject({ isPromised: false, rival: '' })
  expect(voter.handle(ask('z', 2, { inherits: 'x' }))).toMatchObject({ isPromised: false, rival: 'y' })
})

test('promises nothing beyond the end of its own term', () => {
  const { clock, voter } = newVoter()
  const vote = voter.handle(ask('x'), clock.nowMs() + 510)

  expect(vote?.forMs).toBe(500)
})

test('whoever goes on in the name of a voter is bound by what was promised before', () => {
  const { clock, voter } = newVoter()
  voter.handle(ask('x', 4, { epoch: 7 }))
  clock.advance(500)
  const { voter: next } = newVoter()
  next.goOn(voter.state, 0)

  expect(next.handle(ask('y'))).toMatchObject({ isPromised: false, otherEpoch: 7 })
  expect(next.handle(ask('x', 3))).toBeUndefined()
  expect(next.handle(ask('heir', 1, { inherits: 'x' }))).toMatchObject({ isPromised: true, otherEpoch: 7 })
})
