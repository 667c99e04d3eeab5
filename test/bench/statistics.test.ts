import { expect, test } from 'vitest'
import { chooseCores } from './machine.ts'
import { median, percentile } from './statistics.ts'

test('the median is the middle value, or the mean of the two middle ones', () => {
  expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([7])]).toEqual([2, 2.5, 7])
  expect(median([])).toBeNaN()
})

test('the percentile is one of the values, by nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1)
  expect([percentile(hundred, 50), percentile(hundred, 99), percentile(hundred, 100)]).toEqual([50, 99, 100])
})

test('a peer never shares its core where there are two, backend and load only where there are no three', () => {
  expect(chooseCores(1)).toEqual({ peer: 0, backend: 0, load: 0 })
  expect(chooseCores(2)).toEqual({ peer: 0, backend: 1, load: 1 })
  expect(chooseCores(8)).toEqual({ peer: 0, backend: 1, load: 2 })
})
