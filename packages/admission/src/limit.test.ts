import { expect, test } from 'vitest'
import { FixedLimit } from './limit.ts'

test('stays what it was chosen to be', () => {
  const limit = new FixedLimit(7)

  limit.onSample()

  expect(limit.current()).toBe(7)
})

test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses %d seats', (seats) => {
  expect(() => new FixedLimit(seats)).toThrow(`limit must be a whole number from 1 up: ${seats}`)
})
