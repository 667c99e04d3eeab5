import type { RegionHandOver, SuccessionMessage } from '@spillway/budget'
import { expect, test } from 'vitest'
import { decodeSuccession, encodeSuccession } from './succession-codec.ts'

const share = { rate: 100.5, burst: 7 }
const slice = { rate: 10, burst: 1 }
const handOver: RegionHandOver = {
  kind: 'hand_over',
  incarnation: 'old',
  epoch: 2 ** 40,
  revision: 12,
  heir: 'new',
  anchor: 3,
  officeMs: 7_999.5,
  voter: {
    promisedTo: 'c1',
    round: 4,
    forMs: 6_000.25,
    isToLeader: true,
    left: 'c0',
    leftForMs: 0,
    epoch: 17,
    otherEpoch: 16,
  },
  budgets: [
    {
      budget: 'api',
      above: {
        incarnation: 'old/9',
        lastSeq: 44,
        epoch: 8,
        seq: 2,
        grantor: 'g',
        share,
        remainingMs: 8_000,
        slice,
        sliceRemainingMs: Number.POSITIVE_INFINITY,
        isPressed: true,
        isInUnits: false,
      },
      unknownSlices: slice,
      areSlicesKnown: true,
      holders: [
        {
          holder: 's',
          incarnation: 'i',
          seq: 5,
          wants: [1, 2.5],
          returned: 3,
          share,
          remainingMs: 2_900,
          slice,
          sliceRemainingMs: 29_000,
        },
      ],
    },
    { budget: 'new', above: undefined, unknownSlices: slice, areSlicesKnown: false, holders: [] },
  ],
}

test.each<SuccessionMessage>([
  { kind: 'offer', incarnation: 'old', epoch: 9 },
  { kind: 'claim', incarnation: 'old', heir: 'new', seq: 3 },
  handOver,
])('a succession message arrives as it was sent: $kind', (message) => {
  expect(decodeSuccession(encodeSuccession(message))).toEqual(message)
})

test('what is no such message is not taken for one', () => {
  expect(decodeSuccession(new Uint8Array([255, 255]))).toBeUndefined()
  expect(decodeSuccession(new Uint8Array())).toBeUndefined()
})

test('a hand-over of more holders than a message may have is refused', () => {
  const [budget] = handOver.budgets
  const holders = Array.from({ length: 5_000 }, () => budget?.holders[0]).filter((holder) => holder !== undefined)
  const many = { ...handOver, budgets: budget ? [{ ...budget, holders }] : [] }

  expect(decodeSuccession(encodeSuccession(many))).toBeUndefined()
})
