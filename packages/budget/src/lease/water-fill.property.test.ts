import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { waterFill, type Claim } from './water-fill.ts'

const amount = fc.double({ min: 0, max: 1e6, noNaN: true })
const claim: fc.Arbitrary<Claim> = fc.record({
  floor: amount,
  weight: fc.double({ min: 0.01, max: 100, noNaN: true }),
  wants: fc.array(amount, { minLength: 4, maxLength: 4 }),
})
const claims = fc.array(claim, { minLength: 1, maxLength: 12 })
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

test('never hands out more than there is', () => {
  fc.assert(
    fc.property(amount, claims, fc.double({ min: 0, max: 0.1, noNaN: true }), (capacity, claims, spare) => {
      expect(sum(waterFill(capacity, claims, spare))).toBeLessThanOrEqual(capacity * (1 + 1e-9) + 1e-6)
    }),
  )
})

test('keeps every floor that fits', () => {
  fc.assert(
    fc.property(claims, amount, (claims, extra) => {
      const capacity = sum(claims.map(({ floor }) => floor)) + extra
      for (const [index, share] of waterFill(capacity, claims, 0.04).entries()) {
        expect(share).toBeGreaterThanOrEqual((claims[index]?.floor ?? 0) * (1 - 1e-9))
      }
    }),
  )
})

test('gives a lower tier nothing while a higher one wants more', () => {
  const urgent = { floor: 0, weight: 1, wants: [900, 0, 0, 0] }
  const patient = { floor: 0, weight: 100, wants: [0, 900, 0, 0] }

  expect(waterFill(800, [urgent, patient], 0)).toEqual([800, 0])
})

test('shares one tier by weight, and hands on what somebody does not need', () => {
  const claims = [
    { floor: 0, weight: 1, wants: [10] },
    { floor: 0, weight: 1, wants: [1_000] },
    { floor: 0, weight: 2, wants: [1_000] },
  ]

  expect(waterFill(310, claims, 0)).toEqual([10, 100, 200])
})

test('spreads what nobody wants as headroom, but for the spare', () => {
  const claims = [
    { floor: 0, weight: 1, wants: [10] },
    { floor: 0, weight: 3, wants: [10] },
  ]

  expect(waterFill(100, claims, 0.04)).toEqual([29, 67])
})
