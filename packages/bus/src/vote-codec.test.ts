import type { HandOver, Vote, VoteRequest } from '@spillway/budget'
import { expect, test } from 'vitest'
import {
  decodeHandOver,
  decodeVote,
  decodeVoteRequest,
  encodeHandOver,
  encodeVote,
  encodeVoteRequest,
} from './vote-codec.ts'

const request: VoteRequest = {
  candidate: 'c1',
  round: 3,
  epoch: 1_764_000_000,
  isInOffice: true,
  inherits: 'c0',
  isRelease: true,
}
const vote: Vote = {
  voter: 'eu',
  candidate: 'c1',
  round: 3,
  isPromised: true,
  forMs: 7_999.5,
  otherEpoch: 41,
  rival: 'c2',
}
const handOver: HandOver = {
  incarnation: 'c0',
  epoch: 2 ** 40,
  commitments: [
    { budget: 'api', holder: 'eu', incarnation: 'i/1', share: { rate: 100.5, burst: 7 }, remainingMs: 1_234.5 },
    { budget: 'api', holder: 'us', incarnation: 'j/1', share: { rate: 0, burst: 0 }, remainingMs: 0 },
  ],
}

test('what is encoded is decoded again', () => {
  expect(decodeVoteRequest(encodeVoteRequest(request))).toEqual(request)
  expect(decodeVote(encodeVote(vote), 'eu')).toEqual(vote)
  expect(decodeHandOver(encodeHandOver(handOver) ?? new Uint8Array())).toEqual(handOver)
})

test('who voted is said by the subject, whatever the message says', () => {
  expect(decodeVote(encodeVote(vote), 'us')?.voter).toBe('us')
})

test('bytes that are no message are undefined', () => {
  const noise = new Uint8Array([255, 255, 255, 255])

  expect([decodeVoteRequest(noise), decodeVote(noise, 'eu'), decodeHandOver(noise)]).toEqual(Array(3).fill(undefined))
})

test('a hand-over too long for one message is not sent at all: a part of a ledger is worse than none', () => {
  const [one] = handOver.commitments
  const commitments = one ? Array.from({ length: 4_097 }, () => one) : []

  expect(encodeHandOver({ ...handOver, commitments })).toBeUndefined()
})
