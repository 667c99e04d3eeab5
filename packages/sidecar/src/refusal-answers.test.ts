import { NEVER_RETRY, Status, type Refusal } from '@spillway/call'
import { loadContract, type Contract } from '@spillway/contract'
import { expect, test } from 'vitest'
import { RefusalAnswers } from './refusal-answers.ts'

function emptyContract(): Contract {
  const loaded = loadContract({ paths: [], budgets: [] })
  if ('problems' in loaded) throw new Error('the empty contract is valid')
  return loaded.ok
}

const contract = emptyContract()
const answers = new RefusalAnswers('stock', Status.RESOURCE_EXHAUSTED)

function pushbackOf(refusal: Refusal): string | undefined {
  return answers.of(refusal, '/a.B/C', contract).trailers.find(({ name }) => name === 'grpc-retry-pushback-ms')?.value
}

test.each([
  [0, '0'],
  [0.2, '10'],
  [1_234.5, '1240'],
  [3e9, '2147483640'],
  [1e25, '2147483640'],
  [NEVER_RETRY, '-1'],
])('a pushback of %d ms is told as %s: no shorter than it is, as far as there are numbers', (pushbackMs, text) => {
  expect(pushbackOf({ kind: 'breaker_open', pushbackMs, breaker: 'x' })).toBe(text)
})

test('equal refusals share one answer, whatever paths callers make up', () => {
  const refusal: Refusal = { kind: 'draining', pushbackMs: 0 }

  expect(answers.of(refusal, '/a.B/C', contract)).toBe(answers.of(refusal, '/x.Y/Z', contract))
})

test('the text is the same for every caller', () => {
  const refusal: Refusal = { kind: 'shed_overload', pushbackMs: 10, rank: 3, limit: 8, queued: 77 }

  expect(answers.of(refusal, '/a.B/C', contract).message).toBe('shed under overload')
})
