import type { LeaseGrant, LeaseReport } from '@spillway/budget'
import { expect, test } from 'vitest'
import { decodeGrants, decodeReports, encodeGrants, encodeReports } from './lease-codec.ts'

const report: LeaseReport = {
  budget: 'api',
  holder: 'checkout-1',
  incarnation: 'i1',
  seq: 7,
  ack: { epoch: 3, seq: 9 },
  force: { rate: 100.5, burst: 10 },
  slice: { rate: 1, burst: 2 },
  used: 12.25,
  wants: [1, 2, 3],
  level: -4,
  asks: [1, 0, 2.5],
  returned: 2,
  terms: {
    whole: { rate: 1_000, burst: 500 },
    floor: { rate: 100, burst: 50 },
    reserved: new Map([['eu', { rate: 100, burst: 50 }]]),
    areSlicesKnown: true,
  },
}

const grant: LeaseGrant = {
  budget: 'api',
  holder: 'checkout-1',
  incarnation: 'i1',
  grantor: 'eu-1',
  epoch: 3,
  seq: 9,
  anchor: 7,
  share: { rate: 100.5, burst: 10 },
  ttlMs: 3_000,
  slice: { rate: 1, burst: 2 },
  sliceTtlMs: 30_000,
  lump: 5,
  isPressed: true,
  isInUnits: true,
  terms: { epoch: 2, revision: 4, whole: { rate: 1_000, burst: 500 }, phase: 'lowering' },
}

test('reports and grants arrive as they were sent', () => {
  expect(decodeReports(encodeReports('i1', [report]), 'checkout-1')).toEqual([report])
  expect(decodeGrants(encodeGrants([grant]), 'checkout-1')).toEqual([grant])
})

test('a report without an acknowledgement and a slice for good keep their meaning', () => {
  const first = { ...report, ack: undefined }
  const forGood = { ...grant, sliceTtlMs: Number.POSITIVE_INFINITY }

  expect(decodeReports(encodeReports('i1', [first]), 'checkout-1')).toEqual([first])
  expect(decodeGrants(encodeGrants([forGood]), 'checkout-1')).toEqual([forGood])
})

test('what was given up arrives as it was promised', () => {
  const released = { ...report, ceiling: { before: 6, share: { rate: 2.5, burst: 1 } } }

  expect(decodeReports(encodeReports('i1', [released]), 'checkout-1')).toEqual([released])
})

test('a last report arrives as one', () => {
  const last = { ...report, isFinal: true as const }

  expect(decodeReports(encodeReports('i1', [last]), 'checkout-1')).toEqual([last])
})

test('what says nothing of terms arrives without', () => {
  const silent = { ...report, terms: undefined }
  const mute = { ...grant, terms: undefined }

  expect(decodeReports(encodeReports('i1', [silent]), 'checkout-1')).toEqual([silent])
  expect(decodeGrants(encodeGrants([mute]), 'checkout-1')).toEqual([mute])
})

test('a time to live is rounded down, never up', () => {
  expect(decodeGrants(encodeGrants([{ ...grant, ttlMs: 2_999.9 }]), 'checkout-1')?.[0]?.ttlMs).toBe(2_999)
})

test('the holder is whom the subject names, whatever the bytes say', () => {
  expect(decodeReports(encodeReports('i1', [report]), 'somebody-else')?.[0]?.holder).toBe('somebody-else')
})

test('bytes that are no message are told apart from an empty one', () => {
  expect(decodeReports(new Uint8Array([0xff, 0xff, 0xff]), 'x')).toBeUndefined()
  expect(decodeReports(new Uint8Array(), 'x')).toEqual([])
})

test('more budgets than anybody has are no message, and tiers are capped', () => {
  const flood = encodeReports(
    'i1',
    Array.from({ length: 4_097 }, () => report),
  )
  const wide = encodeReports('i1', [{ ...report, wants: Array.from({ length: 1_000 }, () => 1) }])

  expect(decodeReports(flood, 'x')).toBeUndefined()
  expect(decodeReports(wide, 'x')?.[0]?.wants).toHaveLength(16)
})
