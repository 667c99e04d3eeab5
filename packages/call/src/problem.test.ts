import { expect, test } from 'vitest'
import { formatProblem } from './problem.ts'

test('a problem is one line: place, severity, what is wrong, and one fix', () => {
  const line = formatProblem({
    severity: 'error',
    place: 'proto/bank.proto:12',
    message: 'priority: URGENT is no priority class',
    fix: 'write CRITICAL',
  })

  expect(line).toBe('proto/bank.proto:12: error: priority: URGENT is no priority class. Fix: write CRITICAL.')
})

test('line breaks inside are folded', () => {
  const line = formatProblem({ severity: 'warning', place: 'a.yaml:1', message: 'two\n  lines', fix: 'join\r\nthem' })

  expect(line).toBe('a.yaml:1: warning: two lines. Fix: join them.')
})
