import { expect, test } from 'vitest'
import { PromiseChecker } from './promise-checker.ts'

test('lets a burst in at once, and then the rate', () => {
  const checker = new PromiseChecker(10, 5)

  expect(checker.admit(0, 5)).toBe(true)
  expect(checker.admit(100, 1)).toBe(true)
  expect(checker.admit(150, 1)).toBe(false)
})

test('lets an interval that began under a larger burst keep it, and none that begins later', () => {
  const before = new PromiseChecker(0, 5)
  before.admit(0, 4)
  before.allow(1_000, 0, 2)

  expect(before.admit(1_001, 1)).toBe(true)
  expect(before.admit(1_002, 2)).toBe(false)
})

test('holds every line of a burst that went down twice and up again', () => {
  const checker = new PromiseChecker(0, 10)
  checker.allow(1, 0, 5)
  checker.allow(2, 0, 2)
  expect(checker.admit(3, 2)).toBe(true)
  checker.allow(4, 0, 4)

  expect(checker.admit(5, 2)).toBe(true)
  expect(checker.admit(6, 1)).toBe(false)
})

test('counts time at the rate that was allowed then', () => {
  const checker = new PromiseChecker(10, 1)
  checker.admit(0, 1)
  checker.allow(100, 1, 1)

  expect(checker.admit(200, 1)).toBe(true)
  expect(checker.admit(900, 1)).toBe(false)
})
