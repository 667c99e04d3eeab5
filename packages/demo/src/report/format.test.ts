import { expect, test } from 'vitest'
import { formatMs, formatRate, formatShare } from './format.ts'
import { textTable } from './text-table.ts'

test('a share that is not all never reads as all, one that is not nothing never as nothing', () => {
  expect(formatShare(100, 100)).toBe('100 %')
  expect(formatShare(999_999, 1_000_000)).toBe('99.99 %')
  expect(formatShare(1, 1_000_000)).toBe('0.01 %')
  expect(formatShare(0, 5)).toBe('0 %')
  expect(formatShare(1, 3)).toBe('33.3 %')
  expect(formatShare(0, 0)).toBe('-')
})

test('durations and rates have units, and a dash when there is nothing', () => {
  expect([formatMs(87.4), formatMs(1_240), formatMs(undefined)]).toEqual(['87 ms', '1.24 s', '-'])
  expect([formatRate(159, 2), formatRate(1, 0)]).toEqual(['79.5/s', '-'])
})

test('a table has equal columns, the first to the left and the others to the right', () => {
  expect(
    textTable([
      ['class', 'offered'],
      ['critical', '7'],
    ]),
  ).toEqual(['class     offered', 'critical        7'])
})
