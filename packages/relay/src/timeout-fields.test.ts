import { expect, test } from 'vitest'
import { timeoutFields } from './timeout-fields.ts'

test('calls that are given the same time share one list', () => {
  expect(timeoutFields(10_000)).toBe(timeoutFields(10_000))
  expect(timeoutFields(10_000).get('grpc-timeout')).toBe('10000000u')
})

test('a call without a deadline is told none', () => {
  expect(timeoutFields(Number.POSITIVE_INFINITY).fields).toEqual([])
})

test('however many different times there were before', () => {
  for (let ms = 1; ms < 1_000; ms++) expect(timeoutFields(ms).get('grpc-timeout')).toBe(`${ms}000u`)
})

test('calls that are given much time share one list within a millisecond, and are never given more', () => {
  expect(timeoutFields(9_999.7)).toBe(timeoutFields(9_999.2))
  expect(timeoutFields(9_999.7).get('grpc-timeout')).toBe('9999000u')
  expect(timeoutFields(999.9996).get('grpc-timeout')).toBe('999999u')
})
