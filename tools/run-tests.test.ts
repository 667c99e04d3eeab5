import { expect, test } from 'vitest'
import { formatTotals, sumReports } from './run-tests.ts'

const clean = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 1, numFailedTestSuites: 0 }

test('sums the reports of all projects', () => {
  const totals = sumReports([clean, { ...clean, numPassedTests: 2, numFailedTests: 2, numFailedTestSuites: 1 }])

  expect(formatTotals(totals)).toBe('5 passed, 2 failed, 2 skipped')
})

test('counts a suite that could not be loaded as a failure', () => {
  const totals = sumReports([{ numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numFailedTestSuites: 1 }])

  expect(formatTotals(totals)).toBe('0 passed, 1 failed')
})
